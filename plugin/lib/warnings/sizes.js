'use strict';

/** A message that one side may send and the other does not take (pure). Limits of November 2026. */

const { idOf, nameOf, objectsIn, resourcesOf } = require('../template');

const KIB = 1024;
const EVENT_BYTES = 1024 * KIB;

/** How many bytes a destination takes, by type. */
const TAKES = {
  'AWS::StepFunctions::StateMachine': () => 256 * KIB,
  'AWS::SNS::Topic': ({ MaximumMessageSize }) => Number(MaximumMessageSize ?? 256 * KIB),
  'AWS::SQS::Queue': ({ MaximumMessageSize }) => Number(MaximumMessageSize ?? 1024 * KIB),
};

function sizes(template) {
  return [...fromRules(template), ...fromTopics(template)];
}

function fromRules(template) {
  return resourcesOf(template, 'AWS::Events::Rule').flatMap(([id, rule]) =>
    objectsIn(rule.EventPattern && rule.Targets)
      .filter(({ Input, InputPath, InputTransformer }) => !Input && !InputPath && !InputTransformer)
      .flatMap(({ Arn }) => mismatch(template, `rule ${id}`, EVENT_BYTES, Arn)),
  );
}

function fromTopics(template) {
  return resourcesOf(template, 'AWS::SNS::Subscription').flatMap(([, { TopicArn, Endpoint, Protocol }]) => {
    const topicId = idOf(template, TopicArn);
    if (Protocol !== 'sqs' || template.Resources[topicId]?.Type !== 'AWS::SNS::Topic') return [];
    const sent = TAKES['AWS::SNS::Topic'](template.Resources[topicId].Properties ?? {});
    return mismatch(template, `topic ${nameOf(template, topicId)}`, sent, Endpoint);
  });
}

function mismatch(template, from, sentBytes, to) {
  const id = idOf(template, to);
  const takes = TAKES[template.Resources[id]?.Type];
  const takenBytes = takes?.(template.Resources[id].Properties ?? {});
  if (takes === undefined || !(takenBytes < sentBytes)) return [];
  const text =
    `${from} may carry ${sentBytes / KIB} KiB, and ${nameOf(template, id)} takes ${takenBytes / KIB} KiB: ` +
    'a larger message is refused there; send a reference to the payload, or cut it with an input transformer';
  return [{ code: 'payload-size', text }];
}

module.exports = sizes;
