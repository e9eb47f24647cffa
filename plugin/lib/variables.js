'use strict';

/**
 * Settings as the layer's environment variables (pure). The layer's own table is lambda_layer/hopscope_layer/settings.py.
 */

const onOff = (value) => (typeof value === 'boolean' ? { true: 'on', false: 'off' }[value] : value);
const list = (value) => value && [value].flat().join(',');
const pairs = (members, text) => Object.entries(members).map(text).join(',');

const WRITERS = {
  HOPSCOPE_KEYS: ({ keys }) => pairs(keys, ([name, paths]) => `${name}=${[paths].flat().join('|')}`),
  HOPSCOPE_PROPAGATION: ({ propagation: rules }) =>
    typeof rules === 'object' ? pairs(rules, ([where, isOn]) => `${where}=${onOff(isOn)}`) : onOff(rules),
  HOPSCOPE_CORRELATION_HEADERS: ({ correlationHeaders }) => list(correlationHeaders),
  HOPSCOPE_SAMPLE: ({ sample }) => sample,
  HOPSCOPE_DEBUG: ({ debug }) => debug,
  HOPSCOPE_CAPTURE: ({ capture }) => onOff(capture),
  HOPSCOPE_CAPTURE_BYTES: ({ captureBytes }) => captureBytes,
  HOPSCOPE_REDACT_KEYS: ({ redact }) => list(redact.keys),
  HOPSCOPE_REDACT_EMAIL: ({ redact }) => onOff(redact.email),
  HOPSCOPE_REDACT_SECRET: ({ redact }) => redact.secret,
  HOPSCOPE_STACK: ({ stack }) => onOff(stack),
  HOPSCOPE_HTTP: ({ http }) => list(http),
};

/** The variables of one function's settings: texts, or what CloudFormation resolves to one. */
function variablesOf(settings) {
  const written = Object.entries(WRITERS).map(([name, write]) => [name, write(settings)]);
  const said = written.filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(said.map(([name, value]) => [name, typeof value === 'object' ? value : String(value)]));
}

module.exports = { variablesOf };
