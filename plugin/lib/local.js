'use strict';

/**
 * `invoke local` and serverless-offline: the function runs as it is written, unless `local: true` asks for its records.
 *
 * There is no /opt on a laptop. The handler is redirected, and Python imports the layer from the zip itself.
 */

const path = require('node:path');
const { changesOf, apply } = require('./attach');
const layer = require('./layer');

function attachLocally({ service, settings, log }) {
  const zip = layer.zipFile();
  if (!settings.enabled || !settings.local || zip === null) return;
  const changes = changesOf(service, {
    settings,
    attach: 'handler',
    layer: layer.layerOf(settings),
    unzippedBytes: () => 0,
  });
  apply(
    service,
    changes.map((change) => locally(change, service, zip)),
  );
  for (const { function: name, refused } of changes)
    if (!refused) log.notice(`hopscope: ${name}: handler redirect, layer from ${zip}`);
}

/** The change without a layer, and with the zip on Python's path. */
function locally(change, service, zip) {
  if (change.refused) return change;
  const { layers } = service.functions[change.function];
  const places = [path.join(zip, 'python'), change.environment.PYTHONPATH].filter((place) => place !== undefined);
  const unique = [...new Set(places.flatMap((place) => place.split(path.delimiter)))];
  return { ...change, layers, environment: { ...change.environment, PYTHONPATH: unique.join(path.delimiter) } };
}

module.exports = { attachLocally };
