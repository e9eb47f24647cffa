'use strict';

/**
 * `deploy function`: the framework sends handler and variables, but no layer that is a reference.
 *
 * A function whose deployed form has no layer of ours would not start with our wrapper, so it is left as it is.
 */

const { changesOf, apply } = require('./attach');
const layer = require('./layer');

function guardDeployedFunction({ service, stage, settings, options, log }) {
  const name = options.function;
  const one = { ...service, provider: service.provider, functions: { [name]: service.functions[name] } };
  const [change] = changesOf(one, { settings, layer: layer.layerOf(settings), unzippedBytes: () => 0 });
  if (!change) return;
  if (change.refused) log.warning(`hopscope: ${name}: left as it is: ${change.refused}`);
  else if (!willHaveLayer(change, service, { stage, settings })) {
    log.warning(
      `hopscope: ${name}: left as it is: the deployed function has no layer of Hopscope yet; run serverless deploy once`,
    );
  } else {
    apply(service, [change]);
    log.notice(`hopscope: ${name}: ${change.how === 'handler' ? 'handler redirect' : 'exec wrapper'}`);
  }
}

/** The framework sends the layers if all are ARNs; otherwise those of the deployed function stay. */
function willHaveLayer({ layers }, service, { stage, settings }) {
  if (layers.every((each) => typeof each === 'string')) return true;
  const deployed = (service.provider.remoteFunctionData?.Configuration?.Layers ?? []).map(({ Arn }) => Arn);
  const ours = `:layer:${service.service}-${stage}-${layer.NAME}:`;
  return deployed.some((arn) => arn === settings.layerArn || (settings.layerArn === null && arn.includes(ours)));
}

module.exports = { guardDeployedFunction };
