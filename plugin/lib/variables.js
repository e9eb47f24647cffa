'use strict';

/**
 * Settings as the layer's environment variables (pure). The layer's own table is lambda_layer/hopscope_layer/settings.py.
 */

const WRITERS = {
  HOPSCOPE_KEYS: ({ keys }) =>
    Object.entries(keys)
      .map(([name, paths]) => `${name}=${[paths].flat().join('|')}`)
      .join(','),
  HOPSCOPE_PROPAGATION: ({ propagation }) => {
    if (propagation === null || typeof propagation === 'boolean') return { null: '', true: 'on', false: 'off' }[propagation];
    return Object.entries(propagation)
      .map(([where, isOn]) => `${where}=${isOn ? 'on' : 'off'}`)
      .join(',');
  },
  HOPSCOPE_CORRELATION_HEADERS: ({ correlationHeaders }) => (correlationHeaders ?? []).join(','),
};

/** The variables of one function's settings; a setting that says nothing has none, so the layer's default holds. */
function variablesOf(settings) {
  const written = Object.entries(WRITERS).map(([name, write]) => [name, write(settings)]);
  return Object.fromEntries(written.filter(([, text]) => text !== ''));
}

module.exports = { variablesOf };
