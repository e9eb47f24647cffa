'use strict';

/** What would hurt on AWS without an error at deploy time (pure): `template → [{code, text}]`, one file a check. */

const CHECKS = [require('./visibility'), require('./filters'), require('./sizes'), require('./dead_letters')];

/** Every warning but those whose code is ignored; `wanted` is the setting `warnings`. */
function warningsOf(template, wanted) {
  if (wanted === false) return [];
  const ignored = wanted.ignore ?? [];
  return CHECKS.flatMap((check) => check(template)).filter(({ code }) => !ignored.includes(code));
}

module.exports = { warningsOf };
