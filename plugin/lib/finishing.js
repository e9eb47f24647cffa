'use strict';
function finishTemplate() {}
module.exports = { finishTemplate };
