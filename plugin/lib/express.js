'use strict';

/**
 * Express state machines log every event, for their logs are the only history they have (pure).
 *
 * A machine keeps its own log group and its own choice about execution data. One that has no group gets one, and its
 * role, if it stands in this template, gets what Step Functions needs to write there.
 */

const { idOf, objectsIn, resourcesOf, textOf } = require('./template');

const DELIVERY = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
];

/** `{add, set, warnings}` for the template; nothing when the setting `expressLogs` is off. */
function expressLogs(template, { settings, prefix, retentionDays }) {
  if (!settings.expressLogs) return merged([]);
  const machines = resourcesOf(template, 'AWS::StepFunctions::StateMachine');
  const express = machines.filter(([, { StateMachineType }]) => StateMachineType === 'EXPRESS');
  return merged(
    express.flatMap(([id, machine, resource]) => [
      logging(id, machine, { name: `/aws/vendedlogs/states/${prefix}-${id}`, retentionDays }),
      delivery(template, id, { roleArn: machine.RoleArn, dependsOn: resource.DependsOn }),
    ]),
  );
}

function merged(edits) {
  return {
    add: Object.assign({}, ...edits.map(({ add }) => add)),
    set: edits.flatMap(({ set }) => set ?? []),
    warnings: edits.flatMap(({ warnings }) => warnings ?? []),
  };
}

/** Every event, into the machine's own group or into one that is made. */
function logging(id, { LoggingConfiguration: written = {} }, { name, retentionDays }) {
  const groupId = `${id}HopscopeLogGroup`;
  const hasGroup = (written.Destinations ?? []).length > 0;
  const made = [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [groupId, 'Arn'] } } }];
  const value = {
    Level: 'ALL',
    IncludeExecutionData: written.IncludeExecutionData ?? false,
    Destinations: hasGroup ? written.Destinations : made,
  };
  return {
    add: hasGroup ? {} : { [groupId]: logGroup(name, retentionDays) },
    set: [{ resource: id, property: 'LoggingConfiguration', value }],
  };
}

/** The right to write there; AWS refuses a machine that logs without it, so the machine waits for the policy. */
function delivery(template, id, { roleArn, dependsOn = [] }) {
  const role = roleOf(template, roleArn);
  if (role.mayDeliver) return {};
  if (role.id === null) return { warnings: [{ code: 'express-role', text: adviceFor(id) }] };
  const policyId = `${id}HopscopeLogDelivery`;
  return {
    add: { [policyId]: policyFor(role.id, policyId) },
    set: [{ resource: id, attribute: 'DependsOn', value: [...new Set([dependsOn, policyId].flat())] }],
  };
}

function adviceFor(id) {
  const actions = DELIVERY.map((each) => `logs:${each}`).join(', ');
  return `the role of state machine ${id} is not in this service, and it needs ${actions} on *; add them to it`;
}

function roleOf(template, arn) {
  const id = idOf(template, arn);
  if (template.Resources[id]?.Type !== 'AWS::IAM::Role') return { id: null, mayDeliver: false };
  const actions = objectsIn(template.Resources[id].Properties?.Policies)
    .flatMap(({ PolicyDocument }) => objectsIn([PolicyDocument?.Statement].flat()))
    .flatMap(({ Action }) => [Action].flat());
  return {
    id,
    mayDeliver: actions.some((action) => ['logs:CreateLogDelivery', 'logs:*', '*'].includes(textOf(action))),
  };
}

function logGroup(name, retentionDays) {
  const retention = retentionDays === undefined ? {} : { RetentionInDays: retentionDays };
  return { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: name, ...retention } };
}

function policyFor(roleId, name) {
  // Step Functions asks for these on every resource: log deliveries have no ARN.
  const statement = { Effect: 'Allow', Action: DELIVERY.map((each) => `logs:${each}`), Resource: '*' };
  return {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: name,
      Roles: [{ Ref: roleId }],
      PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
    },
  };
}

module.exports = { expressLogs };
