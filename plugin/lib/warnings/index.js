'use strict';

/** What would hurt on AWS without an error at deploy time (pure): `template → [{code, text}]`, one file a check. */

const { decided } = require('../conditions');

const CHECKS = [require('./visibility'), require('./filters'), require('./sizes'), require('./dead_letters')];

function warningsOf(compiled) {
  const template = decided(compiled);
  return CHECKS.flatMap((check) => check(template));
}

module.exports = { warningsOf };
