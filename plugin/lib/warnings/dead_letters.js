'use strict';

/** Deliveries that vanish when they fail for good: rule targets and subscriptions without a DLQ (pure). */

const { idOf, nameOf, objectsIn, resourcesOf, textOf } = require('../template');

const WITHOUT_REDRIVE = ['email', 'email-json', 'sms', 'application'];

function deadLetters(template) {
  return [...rules(template), ...subscriptions(template), ...inlineSubscriptions(template)];
}

function rules(template) {
  return resourcesOf(template, 'AWS::Events::Rule').flatMap(([id, rule]) =>
    objectsIn(rule.Targets)
      .filter((target) => !target.DeadLetterConfig?.Arn)
      .map((target) =>
        warning(`rule ${id}`, nameOrText(template, target.Arn), 'set deadLetterQueueArn (DeadLetterConfig)'),
      ),
  );
}

function subscriptions(template) {
  return resourcesOf(template, 'AWS::SNS::Subscription')
    .filter(([, subscription]) => !subscription.RedrivePolicy && !WITHOUT_REDRIVE.includes(subscription.Protocol))
    .map(([id, { Endpoint }]) => warning(`subscription ${id}`, nameOrText(template, Endpoint), 'set redrivePolicy'));
}

function inlineSubscriptions(template) {
  return resourcesOf(template, 'AWS::SNS::Topic').flatMap(([id, topic]) =>
    objectsIn(topic.Subscription)
      .filter(({ Protocol }) => !WITHOUT_REDRIVE.includes(Protocol))
      .map(({ Endpoint }) =>
        warning(`a subscription of topic ${id}`, nameOrText(template, Endpoint), 'set redrivePolicy'),
      ),
  );
}

function warning(from, to, advice) {
  return {
    code: 'no-dead-letters',
    text: `${from} has no DLQ: what ${to} does not take is gone after the retries; ${advice}`,
  };
}

function nameOrText(template, value) {
  const id = idOf(template, value);
  return id === null ? (textOf(value) ?? 'its target') : nameOf(template, id);
}

module.exports = deadLetters;
