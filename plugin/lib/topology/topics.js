'use strict';

/** Subscriptions of topics (pure), as resources and inside the topic. */

const { objectsIn, resourcesOf } = require('../template');
const { nodeId } = require('./nodes');

function subscriptions(template) {
  const separate = resourcesOf(template, 'AWS::SNS::Subscription').map(([id, each]) =>
    route(template, id, each.TopicArn, each),
  );
  const inline = resourcesOf(template, 'AWS::SNS::Topic').flatMap(([id, topic]) =>
    objectsIn(topic.Subscription).map((each) => route(template, id, { Ref: id }, each)),
  );
  return [...separate, ...inline];
}

function route(
  template,
  id,
  topic,
  { Endpoint, Protocol, FilterPolicy, FilterPolicyScope, RawMessageDelivery, RedrivePolicy },
) {
  return {
    id,
    kind: 'subscription',
    protocol: Protocol,
    from: nodeId(template, topic),
    to: nodeId(template, Endpoint),
    ...(FilterPolicy
      ? { filter_policy: FilterPolicy, filter_policy_scope: FilterPolicyScope ?? 'MessageAttributes' }
      : {}),
    keeps_event: String(RawMessageDelivery) !== 'true',
    dead_letters: RedrivePolicy ? nodeId(template, RedrivePolicy.deadLetterTargetArn) : null,
  };
}

module.exports = { subscriptions };
