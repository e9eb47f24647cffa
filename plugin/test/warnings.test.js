'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { warningsOf } = require('../lib/warnings');

const FUNCTION = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'work', Timeout: 10 } };
const ARN = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });

function codes(Resources) {
  return warningsOf({ Resources }).map(({ code }) => code);
}

function aMapping(own = {}) {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: ARN('Queue'), FunctionName: ARN('Work'), ...own },
  };
}

function aQueue(own = {}) {
  return { Type: 'AWS::SQS::Queue', Properties: own };
}

function aRule(target = {}, own = {}) {
  return {
    Type: 'AWS::Events::Rule',
    Properties: { EventPattern: {}, Targets: [{ Arn: ARN('Work'), ...target }], ...own },
  };
}

function aSubscription(own = {}) {
  return {
    Type: 'AWS::SNS::Subscription',
    Properties: { Protocol: 'sqs', TopicArn: { Ref: 'Topic' }, Endpoint: ARN('Queue'), RedrivePolicy: {}, ...own },
  };
}

test('a queue shows a message again after at least six times the timeout', () => {
  const cases = [
    [undefined, ['visibility']],
    [59, ['visibility']],
    ['59', ['visibility']],
    [60, []],
    [{ Ref: 'Parameter' }, []],
  ];
  for (const [VisibilityTimeout, expected] of cases) {
    assert.deepEqual(codes({ Work: FUNCTION, Queue: aQueue({ VisibilityTimeout }), Mapping: aMapping() }), expected);
  }
});

test('the warning about a queue says what is, what is expected, and what to do', () => {
  const [{ text }] = warningsOf({
    Resources: { Work: FUNCTION, Queue: aQueue({ QueueName: 'orders' }), Mapping: aMapping() },
  });

  assert.equal(
    text,
    'queue orders shows a message again after 30 s, and work may take 10 s; expected 60 s or more, or one message is handled twice; set VisibilityTimeout',
  );
});

test('a filter on a queue deletes; a filter on a stream does not', () => {
  const filtered = aMapping({ FilterCriteria: { Filters: [{ Pattern: '{}' }] } });
  const stream = { Type: 'AWS::Kinesis::Stream' };

  assert.deepEqual(codes({ Work: FUNCTION, Queue: aQueue({ VisibilityTimeout: 60 }), Mapping: filtered }), [
    'filter-deletes',
  ]);
  assert.deepEqual(codes({ Work: FUNCTION, Queue: stream, Mapping: filtered }), []);
});

test('a rule or a subscription needs a DLQ', () => {
  const topic = (Subscription) => ({ Type: 'AWS::SNS::Topic', Properties: { Subscription } });

  assert.deepEqual(codes({ Work: FUNCTION, Rule: aRule() }), ['no-dead-letters']);
  assert.deepEqual(codes({ Work: FUNCTION, Rule: aRule({ DeadLetterConfig: { Arn: 'arn:x' } }) }), []);
  assert.deepEqual(codes({ Queue: aQueue(), Sub: aSubscription({ RedrivePolicy: undefined }) }), ['no-dead-letters']);
  assert.deepEqual(codes({ Sub: aSubscription({ RedrivePolicy: undefined, Protocol: 'email' }) }), []);
  assert.deepEqual(codes({ Queue: aQueue(), Topic: topic([{ Protocol: 'sqs', Endpoint: ARN('Queue') }]) }), [
    'no-dead-letters',
  ]);
});

test('what one side may send the other must take', () => {
  const machine = { Type: 'AWS::StepFunctions::StateMachine', Properties: {} };
  const toMachine = { Arn: { Ref: 'Machine' }, DeadLetterConfig: { Arn: 'arn:x' } };
  const topic = { Type: 'AWS::SNS::Topic', Properties: {} };

  assert.deepEqual(codes({ Machine: machine, Rule: aRule(toMachine) }), ['payload-size']);
  assert.deepEqual(codes({ Machine: machine, Rule: aRule({ ...toMachine, InputPath: '$.detail.id' }) }), []);
  assert.deepEqual(
    codes({ Machine: machine, Rule: aRule(toMachine, { EventPattern: undefined, ScheduleExpression: 'rate(1 day)' }) }),
    [],
  );
  assert.deepEqual(codes({ Topic: topic, Queue: aQueue(), Sub: aSubscription() }), []);
  assert.deepEqual(codes({ Topic: topic, Queue: aQueue({ MaximumMessageSize: 1024 }), Sub: aSubscription() }), [
    'payload-size',
  ]);
});

test('conditions and lists that only CloudFormation knows are no reason to stop', () => {
  const either = (value) => ({ 'Fn::If': ['Somewhere', value, { Ref: 'AWS::NoValue' }] });
  const resources = {
    Rule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: {}, Targets: either([{ Arn: ARN('Work') }]) } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { Subscription: { 'Fn::FindInMap': ['a', 'b', 'c'] } } },
  };

  assert.deepEqual(codes(resources), ['no-dead-letters']);
});
