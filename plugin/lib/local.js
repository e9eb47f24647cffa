'use strict';

/**
 * `invoke local` and serverless-offline: the function runs as it is written, unless `local: true` asks for its records.
 *
 * There is no /opt on a laptop. The layer is unpacked beside the service's artifacts, Python is told where, and the
 * handler is redirected.
 */

const path = require('node:path');
const { changesOf, apply } = require('./attach');
const layer = require('./layer');
const { unpack } = require('./zip');

function attachLocally({ service, serviceDir, settings, log }) {
  const zip = layer.zipFile();
  if (!settings.enabled || !settings.local || zip === null) return;
  const folder = path.join(serviceDir, '.serverless', 'hopscope-layer');
  unpack(zip, folder);
  const changes = changesOf(service, {
    settings,
    attach: 'handler',
    layer: layer.layerOf(settings),
    unzippedBytes: () => 0,
  });
  apply(
    service,
    changes.map((change) => locally(change, service, folder)),
  );
  for (const { function: name, refused } of changes)
    if (!refused) log.notice(`hopscope: ${name}: handler redirect, layer in ${folder}`);
}

/** The change without a layer, and with the unpacked one on Python's path. */
function locally(change, service, folder) {
  if (change.refused) return change;
  const { layers } = service.functions[change.function];
  const places = [path.join(folder, 'python'), change.environment.PYTHONPATH].filter((place) => place !== undefined);
  const unique = [...new Set(places.flatMap((place) => place.split(path.delimiter)))];
  return { ...change, layers, environment: { ...change.environment, PYTHONPATH: unique.join(path.delimiter) } };
}

module.exports = { attachLocally };
