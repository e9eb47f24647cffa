'use strict';
function guardDeployedFunction() {}
module.exports = { guardDeployedFunction };
