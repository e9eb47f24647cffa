'use strict';
function writeTopology() {}
module.exports = { writeTopology };
