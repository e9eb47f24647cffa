'use strict';

/**
 * How every function gets the layer (pure): `(service, config) → changes`.
 *
 *     wrapper   AWS_LAMBDA_EXEC_WRAPPER=/opt/hopscope, the handler untouched
 *     chain     the same, and HOPSCOPE_WRAPPED names the wrapper that was there: it runs after ours
 *     handler   the handler becomes hopscope_layer.handler, which runs HOPSCOPE_HANDLER
 *
 * `auto` is the wrapper, and the handler where the wrapper's place is taken.
 */

const { RUNTIMES } = require('./runtimes');
const { functionSettings, selectionOf } = require('./settings');
const { variablesOf } = require('./variables');

const WRAPPER = 'AWS_LAMBDA_EXEC_WRAPPER';
const OUR_WRAPPER = '/opt/hopscope';
const OUR_HANDLER = 'hopscope_layer.handler';
const MOST_LAYERS = 5;
const MOST_UNZIPPED_BYTES = 250 * 1024 * 1024;
const MOST_ENVIRONMENT_BYTES = 4096;

/**
 * One change a function that is asked for, in the service's order.
 *
 * A change is `{function, how, handler, layers, environment}`, or `{function, refused, isNamed}` with the reason why
 * AWS would not take it. `config` is `{settings, layer, unzippedBytes, attach}`: `layer` an ARN or a reference,
 * `unzippedBytes(name)` the size of the function's code and its layers with ours, as far as they are known, and
 * `attach`, if given, stands above every setting of that name.
 */
function changesOf(service, config) {
  return Object.entries(service.functions ?? {}).flatMap(([name, functionObject]) => {
    const selection = selectionOf(name, functionObject, config.settings);
    if (selection === null) return [];
    const change = changeOf(name, functionObject, { ...config, provider: service.provider });
    const refused = change.refused ?? refusalOf(name, change, config);
    return refused ? [{ function: name, refused, isNamed: selection === 'named' }] : [change];
  });
}

function changeOf(name, functionObject, { settings, layer, provider, attach }) {
  const refused = unsupported(functionObject, provider);
  if (refused) return { refused };
  const own = functionSettings(functionObject, settings);
  const inherited = { ...provider.environment, ...functionObject.environment };
  const how = howOf(attach ?? own.attach, inherited);
  const settingVariables = Object.entries(variablesOf(own)).filter(([variable]) => !isSet(inherited[variable]));
  return {
    function: name,
    how,
    handler: how === 'handler' ? OUR_HANDLER : functionObject.handler,
    layers: withLayer(functionObject.layers ?? provider.layers ?? [], layer),
    environment: {
      ...functionObject.environment,
      ...Object.fromEntries(settingVariables),
      ...HOW[how]({ handler: functionObject.handler, inherited }),
    },
    inherited: provider.environment ?? {},
  };
}

/** The variables of each way. Whoever holds the wrapper's place, and the author's handler, are found again the second time. */
const HOW = {
  wrapper: () => ({ [WRAPPER]: OUR_WRAPPER }),
  chain: ({ inherited }) => ({
    [WRAPPER]: OUR_WRAPPER,
    HOPSCOPE_WRAPPED: inherited.HOPSCOPE_WRAPPED ?? inherited[WRAPPER],
  }),
  handler: ({ handler, inherited }) => ({
    HOPSCOPE_HANDLER: handler === OUR_HANDLER ? inherited.HOPSCOPE_HANDLER : handler,
  }),
};

function howOf(asked, environment) {
  const isTaken =
    isSet(environment.HOPSCOPE_WRAPPED) || (isSet(environment[WRAPPER]) && environment[WRAPPER] !== OUR_WRAPPER);
  if (asked === 'handler' || (asked === 'auto' && isTaken)) return 'handler';
  return isTaken ? 'chain' : 'wrapper';
}

/** The framework takes a variable that is null out of the function. */
function isSet(value) {
  return value !== undefined && value !== null;
}

function withLayer(layers, layer) {
  const isThere = layers.some((each) => JSON.stringify(each) === JSON.stringify(layer));
  return isThere ? layers : [...layers, layer];
}

function unsupported(functionObject, provider) {
  if (functionObject.image)
    return 'a container image takes no layers; copy the python/ folder of the layer into the image (docs/attach.md)';
  if (isAtEdge(functionObject)) return 'Lambda@Edge takes neither layers nor variables';
  const runtime = functionObject.runtime ?? provider.runtime ?? 'not set';
  return RUNTIMES.includes(runtime)
    ? null
    : `its runtime is ${runtime}; the layer runs on ${RUNTIMES[0]} to ${RUNTIMES.at(-1)}`;
}

function isAtEdge({ events = [] }) {
  return events.some((event) => typeof event === 'object' && event !== null && 'cloudFront' in event);
}

/** What AWS would say at deploy time, said now; null if nothing. */
function refusalOf(name, change, { unzippedBytes }) {
  if (change.layers.length > MOST_LAYERS) {
    return `it has ${change.layers.length - 1} layers, and AWS takes ${MOST_LAYERS} with ours; remove one`;
  }
  const bytes = unzippedBytes(name);
  if (bytes > MOST_UNZIPPED_BYTES) {
    return `its code and layers are ${mebibytes(bytes)} MiB unzipped with ours, and AWS takes ${mebibytes(MOST_UNZIPPED_BYTES)}`;
  }
  const environmentBytes = sizeOf({ ...change.inherited, ...change.environment });
  if (environmentBytes > MOST_ENVIRONMENT_BYTES) {
    return `its environment is ${environmentBytes} bytes with ours, and AWS takes ${MOST_ENVIRONMENT_BYTES}`;
  }
  return null;
}

/** Bytes of an environment; a value that CloudFormation resolves counts as nothing. */
function sizeOf(environment) {
  const known = Object.entries(environment).filter(([, value]) => value !== null && typeof value !== 'object');
  return known.reduce((bytes, [name, value]) => bytes + Buffer.byteLength(name) + Buffer.byteLength(String(value)), 0);
}

function mebibytes(bytes) {
  return Math.ceil(bytes / 1024 / 1024);
}

/** Make the changes; twice is as once. */
function apply(service, changes) {
  for (const { function: name, refused, handler, layers, environment } of changes) {
    if (!refused) Object.assign(service.functions[name], { handler, layers, environment });
  }
}

module.exports = { changesOf, apply, OUR_HANDLER, OUR_WRAPPER };
