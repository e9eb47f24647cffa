'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { subscriptions } = require('../lib/subscriptions');

const LINES = '?hopscope ?"START RequestId:" ?"REPORT RequestId:" ?"Task timed out" ?"Runtime exited" ?"platform."';
const STREAM = 'arn:aws:kinesis:eu-west-1:123456789012:stream/hopscope';

function aTemplate(others = {}) {
  return {
    Resources: {
      Own: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'orders-own' } },
      OwnLogGroup: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/orders-own' } },
      ...others,
    },
  };
}

function aFilter(LogGroupName) {
  return { Type: 'AWS::Logs::SubscriptionFilter', Properties: { LogGroupName, DestinationArn: 'arn:x' } };
}

function edits(template, logs, { functionIds = ['Own'], machineGroups = [] } = {}) {
  return subscriptions(template, { settings: { logs }, functionIds, machineGroups });
}

test('nothing is subscribed unless it was asked for', () => {
  assert.deepEqual(edits(aTemplate(), null), { add: {}, warnings: [] });
});

test('a group is subscribed once, and a role is made where AWS wants one', () => {
  const { add } = edits(
    aTemplate({
      Two: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'two', LoggingConfig: { LogGroup: { Ref: 'OwnLogGroup' } } },
      },
    }),
    { destination: STREAM },
    { functionIds: ['Own', 'Two'] },
  );

  assert.deepEqual(Object.keys(add), ['HopscopeLogsRole', 'OwnLogGroupHopscopeFilter']);
  assert.deepEqual(add.OwnLogGroupHopscopeFilter.Properties, {
    LogGroupName: { Ref: 'OwnLogGroup' },
    DestinationArn: STREAM,
    RoleArn: { 'Fn::GetAtt': ['HopscopeLogsRole', 'Arn'] },
    FilterPattern: LINES,
  });
});

test('a role is made for a stream only, and never over one that was given', () => {
  const cases = [
    [{ destination: STREAM }, true, true],
    [{ destination: STREAM, role: 'arn:aws:iam::123456789012:role/logs' }, false, true],
    [{ destination: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/x' }, true, true],
    [{ destination: 'arn:aws:lambda:eu-west-1:123456789012:function:collector' }, false, false],
    [{ destination: 'arn:aws:logs:eu-west-1:123456789012:destination:hopscope' }, false, false],
    [{ destination: { 'Fn::ImportValue': 'stream' }, kind: 'kinesis' }, true, true],
  ];
  for (const [logs, makesRole, namesRole] of cases) {
    const { add } = edits(aTemplate(), logs);

    assert.equal('HopscopeLogsRole' in add, makesRole);
    assert.equal('RoleArn' in add.OwnLogGroupHopscopeFilter.Properties, namesRole);
  }
});

test('a destination whose service cannot be read must be told', () => {
  assert.match(edits(aTemplate(), { destination: { 'Fn::ImportValue': 'stream' } }).error, /logs\.kind/);
  assert.equal(
    edits(aTemplate({ Stream: { Type: 'AWS::Kinesis::Stream' } }), { destination: { 'Fn::GetAtt': ['Stream', 'Arn'] } })
      .error,
    undefined,
  );
});

test('a group that has two filters is left as it is', () => {
  const names = [{ Ref: 'OwnLogGroup' }, '/aws/lambda/orders-own', 'other'];
  const taken = edits(aTemplate({ A: aFilter(names[0]), B: aFilter(names[1]) }), { destination: STREAM });
  const free = edits(aTemplate({ A: aFilter(names[0]), B: aFilter(names[2]) }), { destination: STREAM });

  assert.deepEqual([Object.keys(taken.add), taken.warnings.map(({ code }) => code)], [[], ['filters-taken']]);
  assert.deepEqual([Object.keys(free.add).length, free.warnings], [2, []]);
});

test('our own filter of the run before does not count as one of the two', () => {
  const template = aTemplate({ A: aFilter({ Ref: 'OwnLogGroup' }) });
  Object.assign(template.Resources, edits(template, { destination: STREAM }).add);

  assert.deepEqual(edits(template, { destination: STREAM }).warnings, []);
});

test('a group that nobody makes is not subscribed, one that was named is', () => {
  const bare = { Resources: { Own: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'bare' } } } };
  const shared = {
    Resources: {
      Own: {
        Type: 'AWS::Lambda::Function',
        Properties: { FunctionName: 'bare', LoggingConfig: { LogGroup: '/orders/shared' } },
      },
    },
  };

  assert.deepEqual(
    edits(bare, { destination: STREAM }).warnings.map(({ code }) => code),
    ['no-log-group'],
  );
  assert.deepEqual(edits(shared, { destination: STREAM }).add.orderssharedHopscopeFilter, {
    Type: 'AWS::Logs::SubscriptionFilter',
    Properties: {
      LogGroupName: '/orders/shared',
      DestinationArn: STREAM,
      RoleArn: { 'Fn::GetAtt': ['HopscopeLogsRole', 'Arn'] },
      FilterPattern: LINES,
    },
  });
});

test('one policy for the account instead of a filter a group', () => {
  const { add } = edits(aTemplate(), { destination: STREAM, account: true });

  assert.deepEqual(Object.keys(add), ['HopscopeLogsRole', 'HopscopeAccountPolicy']);
  const [document, values] = add.HopscopeAccountPolicy.Properties.PolicyDocument['Fn::Sub'];
  assert.deepEqual(JSON.parse(document), {
    DestinationArn: '${Destination}',
    RoleArn: '${Role}',
    FilterPattern: LINES,
  });
  assert.deepEqual(values, { Destination: STREAM, Role: { 'Fn::GetAtt': ['HopscopeLogsRole', 'Arn'] } });
});

test('a policy for the account leaves the groups of the collector out', () => {
  const criteria = (logs) => edits(aTemplate(), { destination: STREAM, account: true, ...logs }).add;

  const own = criteria({}).HopscopeAccountPolicy.Properties.SelectionCriteria;
  assert.equal(own, 'LogGroupName NOT IN ["/aws/lambda/hopscope-dev-collector","/aws/lambda/hopscope-dev-executions"]');
  const named = criteria({ except: ['/aws/lambda/noisy'] }).HopscopeAccountPolicy.Properties.SelectionCriteria;
  assert.equal(named, 'LogGroupName NOT IN ["/aws/lambda/noisy"]');
  assert.equal('SelectionCriteria' in criteria({ except: [] }).HopscopeAccountPolicy.Properties, false);
});

test("an Express machine's group is subscribed with a pattern of its own", () => {
  const template = aTemplate({ MachineLogs: { Type: 'AWS::Logs::LogGroup' } });
  const { add } = edits(
    template,
    { destination: STREAM },
    { functionIds: [], machineGroups: [{ id: 'MachineLogs', name: { Ref: 'MachineLogs' }, isWritten: true }] },
  );

  assert.equal(add.MachineLogsHopscopeFilter.Properties.FilterPattern, '{ $.execution_arn = "*" }');
});
