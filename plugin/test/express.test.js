'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { expressLogs } = require('../lib/express');

const GROUP = { CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': ['Logs', 'Arn'] } } };

function aRole(...actions) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyDocument: { Statement: [{ Action: actions }] } }] },
  };
}

function aMachine(own = {}) {
  return {
    Type: 'AWS::StepFunctions::StateMachine',
    DependsOn: 'Other',
    Properties: { StateMachineType: 'EXPRESS', RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, ...own },
  };
}

function edits(Resources, isOn = true) {
  return expressLogs({ Resources }, { settings: { expressLogs: isOn }, prefix: 'orders-dev', retentionDays: 14 });
}

test('nothing happens unless it was asked for, and nothing to a Standard machine', () => {
  const nothing = { add: {}, set: [], warnings: [] };

  assert.deepEqual(edits({ Machine: aMachine() }, false), nothing);
  assert.deepEqual(edits({ Machine: aMachine({ StateMachineType: 'STANDARD' }) }), nothing);
  assert.deepEqual(edits({ Machine: aMachine({ StateMachineType: undefined }) }), nothing);
});

test('a machine without logs gets a group, and its role the right to write there', () => {
  const { add, set } = edits({ Machine: aMachine(), Role: aRole('lambda:InvokeFunction') });

  assert.deepEqual(Object.keys(add), ['MachineHopscopeLogGroup', 'MachineHopscopeLogDelivery']);
  assert.deepEqual(add.MachineHopscopeLogGroup.Properties, {
    LogGroupName: '/aws/vendedlogs/states/orders-dev-Machine',
    RetentionInDays: 14,
  });
  assert.deepEqual(add.MachineHopscopeLogDelivery.Properties.Roles, [{ Ref: 'Role' }]);
  assert.deepEqual(
    set.map(({ value }) => value),
    [
      {
        Level: 'ALL',
        IncludeExecutionData: false,
        Destinations: [
          { CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': ['MachineHopscopeLogGroup', 'Arn'] } } },
        ],
      },
      ['Other', 'MachineHopscopeLogDelivery'],
    ],
  );
});

test('a machine that logs keeps its group and its choice about data; only the level changes', () => {
  const LoggingConfiguration = { Level: 'ERROR', IncludeExecutionData: true, Destinations: [GROUP] };
  const { add, set } = edits({ Machine: aMachine({ LoggingConfiguration }), Role: aRole('logs:CreateLogDelivery') });

  assert.deepEqual(add, {});
  assert.deepEqual(set, [
    {
      resource: 'Machine',
      property: 'LoggingConfiguration',
      value: { Level: 'ALL', IncludeExecutionData: true, Destinations: [GROUP] },
    },
  ]);
});

test('the role of somebody else is not touched, and a warning says what it needs', () => {
  const { add, warnings } = edits({ Machine: aMachine({ RoleArn: 'arn:aws:iam::123456789012:role/x' }) });

  assert.deepEqual(Object.keys(add), ['MachineHopscopeLogGroup']);
  assert.match(warnings[0].text, /logs:CreateLogDelivery/);
});
