'use strict';
function attachLocally() {}
module.exports = { attachLocally };
