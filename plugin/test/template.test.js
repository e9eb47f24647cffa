'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { idOf, nameOf, textOf } = require('../lib/template');

const TEMPLATE = {
  Resources: {
    Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } },
    Nameless: { Type: 'AWS::SQS::Queue' },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: { 'Fn::Sub': 'bus-${AWS::StackName}' } } },
    Work: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'work' } },
    WorkAlias: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Work' } } },
  },
};

test('a resource is found by whatever names it', () => {
  const cases = [
    [{ Ref: 'Orders' }, 'Orders'],
    [{ 'Fn::GetAtt': ['Orders', 'Arn'] }, 'Orders'],
    [{ 'Fn::GetAtt': 'Orders.Arn' }, 'Orders'],
    [{ 'Fn::Sub': '${Orders.Arn}' }, 'Orders'],
    ['arn:aws:sqs:eu-west-1:123456789012:orders', 'Orders'],
    [{ 'Fn::Join': [':', ['arn:aws:sqs', { Ref: 'AWS::Region' }, { Ref: 'AWS::AccountId' }, 'orders']] }, 'Orders'],
    [{ Ref: 'Nameless' }, 'Nameless'],
    [{ 'Fn::Sub': 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Nameless.QueueName}' }, 'Nameless'],
    [{ 'Fn::Join': [':', ['arn:aws:sqs:eu-west-1:1', { 'Fn::GetAtt': ['Nameless', 'QueueName'] }]] }, 'Nameless'],
    [{ 'Fn::Sub': 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/${Bus}' }, 'Bus'],
    [{ 'Fn::Sub': 'arn:aws:sqs:eu-west-1:1:${Nameless.QueueName}-dead' }, null],
    [{ Ref: 'WorkAlias' }, 'Work'],
    ['arn:aws:lambda:eu-west-1:123456789012:function:work', 'Work'],
    [{ Ref: 'Somewhere' }, null],
    ['arn:aws:sqs:eu-west-1:123456789012:others', null],
    [{ 'Fn::ImportValue': 'queue' }, null],
    [undefined, null],
    [null, null],
    [7, null],
  ];
  for (const [value, expected] of cases) assert.equal(idOf(TEMPLATE, value), expected, JSON.stringify(value));
});

test('text is put together as far as it is known', () => {
  assert.equal(textOf({ 'Fn::Join': ['-', ['a', { Ref: 'Stage' }, { 'Fn::ImportValue': 'x' }]] }), 'a-${Stage}-${?}');
  assert.equal(textOf({ 'Fn::Sub': ['x-${y}', { y: 1 }] }), 'x-${y}');
  assert.equal(textOf({ 'Fn::ImportValue': 'x' }), null);
});

test('a name is the one that its author gave, or the logical id', () => {
  assert.equal(nameOf(TEMPLATE, 'Orders'), 'orders');
  assert.equal(nameOf(TEMPLATE, 'Nameless'), 'Nameless');
  assert.equal(nameOf(TEMPLATE, 'Bus'), 'bus-${AWS::StackName}');
});
