'use strict';

/**
 * `deploy function`: the framework sends handler and variables, but no layer that is a reference.
 *
 * A function whose deployed form has no layer of ours would not start with our wrapper, so it is left as it is.
 */

const { changesOf, apply, OUR_HANDLER, OUR_WRAPPER } = require('./attach');
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
  const deployed = service.provider.remoteFunctionData?.Configuration ?? {};
  if (typeof settings.layerArn === 'object' && settings.layerArn !== null) return isAttached(deployed);
  const ours = settings.layerArn ?? `:layer:${service.service}-${stage}-${layer.NAME}:`;
  return (deployed.Layers ?? []).some(({ Arn }) => Arn.includes(ours));
}

/** Whether the function was deployed with the layer, where the layer's ARN is one that only CloudFormation knows. */
function isAttached({ Handler, Environment }) {
  return Handler === OUR_HANDLER || Environment?.Variables?.AWS_LAMBDA_EXEC_WRAPPER === OUR_WRAPPER;
}

module.exports = { guardDeployedFunction };
