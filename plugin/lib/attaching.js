'use strict';

/** The hook that attaches: after the layers are compiled and before the functions are. */

const path = require('node:path');
const { changesOf, apply } = require('./attach');
const layer = require('./layer');
const { strangerIn } = require('./settings');
const { unzippedBytes } = require('./zip');

const HOW = {
  wrapper: 'layer and exec wrapper',
  chain: 'layer and exec wrapper, before the wrapper that was there',
  handler: 'layer and handler redirect',
};

/** Give every function that is asked for the layer and its variables; say one line about each. */
function attachFunctions(world) {
  const { service, settings, log } = world;
  if (!settings.enabled) {
    log.notice(`hopscope: off in stage ${world.stage}`);
    return;
  }
  refuseStrangers(world);
  const zip = settings.layerArn ? null : zipOrError(world);
  const changes = changesOf(service, {
    settings,
    layer: layer.layerOf(settings),
    unzippedBytes: (name) => bytesOf(world, name) + unzippedBytes(zip),
  });
  refuse(world, changes);
  apply(service, changes);
  if (zip && changes.some(({ refused }) => !refused)) layer.add(world, zip);
  report(log, changes);
}

/** A name that no function has is a typing error, and would leave a function out that was meant. */
function refuseStrangers({ service, settings, HopscopeError }) {
  const functions = service.functions ?? {};
  const stranger = strangerIn(settings, functions);
  if (stranger === null) return;
  throw new HopscopeError(
    `hopscope: custom.hopscope.${stranger.setting} names ${stranger.name}, and no function is called so; ` +
      `expected one of ${Object.keys(functions).join(', ')}, or a pattern with *`,
  );
}

function zipOrError({ service, HopscopeError }) {
  if (service.layers?.[layer.NAME] && !layer.isOurs(service.layers[layer.NAME])) {
    throw new HopscopeError(
      `hopscope: the service has a layer named ${layer.NAME} of its own; rename it, or give custom.hopscope.layerArn`,
    );
  }
  const zip = layer.zipFile();
  if (zip === null) {
    throw new HopscopeError(
      'hopscope: layer.zip is not in the plugin package; install the package from the registry, or run make layer in the workspace',
    );
  }
  return zip;
}

/** Bytes of a function's own code, unzipped, and of those layers that this service packages. */
function bytesOf({ service, serviceDir }, name) {
  const functionObject = service.functions[name];
  const artifact = functionObject.package?.artifact ?? service.package.artifact;
  const named = functionObject.layers ?? service.provider.layers ?? [];
  const layers = Object.entries(service.layers ?? {}).filter(([layerName]) =>
    named.some((each) => each.Ref === logicalIdOf(layerName)),
  );
  const files = [artifact, ...layers.map(([, each]) => each.package?.artifact)].filter(Boolean);
  return files.reduce((bytes, file) => bytes + unzippedBytes(path.resolve(serviceDir, file)), 0);
}

/** The framework's name for the resource of a layer. */
function logicalIdOf(layerName) {
  const letters = layerName.replace(/-/g, 'Dash').replace(/_/g, 'Underscore');
  return `${letters[0].toUpperCase()}${letters.slice(1)}LambdaLayer`;
}

/** A function that was named must be attached; one that was only not left out is left as it is. */
function refuse({ HopscopeError }, changes) {
  const refused = changes.filter(({ refused: reason, isNamed }) => reason && isNamed);
  if (refused.length === 0) return;
  const lines = refused.map(({ function: name, refused: reason }) => `${name}: ${reason}`);
  throw new HopscopeError(`hopscope: cannot attach\n  ${lines.join('\n  ')}`);
}

function report(log, changes) {
  for (const { function: name, how, refused } of changes) {
    log.notice(`hopscope: ${name}: ${refused ? `left as it is: ${refused}` : HOW[how]}`);
  }
}

module.exports = { attachFunctions };
