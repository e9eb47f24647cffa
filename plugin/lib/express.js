'use strict';

/**
 * Express state machines log every event, for their logs are the only history they have (pure).
 *
 * A machine keeps its own log group and its own choice about execution data. One that has no group gets one, and its
 * role, if it stands in this template, gets what Step Functions needs to write there.
 */

const { idOf, resourcesOf, textOf } = require('./template');

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
  if (!settings.expressLogs) return { add: {}, set: [], warnings: [] };
  const machines = resourcesOf(template, 'AWS::StepFunctions::StateMachine').filter(
    ([, each]) => each.StateMachineType === 'EXPRESS',
  );
  const edits = machines.map(([id, machine, resource]) =>
    editOf(template, { id, machine, resource, prefix, retentionDays }),
  );
  return {
    add: Object.assign({}, ...edits.map(({ add }) => add)),
    set: edits.flatMap(({ set }) => set),
    warnings: edits.flatMap(({ warnings }) => warnings),
  };
}

function editOf(template, { id, machine, resource, prefix, retentionDays }) {
  const logging = machine.LoggingConfiguration ?? {};
  const groupId = `${id}HopscopeLogGroup`;
  const hasGroup = (logging.Destinations ?? []).length > 0;
  const add = hasGroup ? {} : { [groupId]: logGroup(`/aws/vendedlogs/states/${prefix}-${id}`, retentionDays) };
  const destination = { CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [groupId, 'Arn'] } } };
  const set = [
    {
      resource: id,
      property: 'LoggingConfiguration',
      value: {
        Level: 'ALL',
        IncludeExecutionData: logging.IncludeExecutionData ?? false,
        Destinations: hasGroup ? logging.Destinations : [destination],
      },
    },
  ];
  const role = roleOf(template, machine.RoleArn);
  if (role.mayDeliver) return { add, set, warnings: [] };
  if (role.id === null)
    return {
      add,
      set,
      warnings: [
        {
          code: 'express-role',
          text: `the role of state machine ${id} is not in this service; let it ${DELIVERY.map((each) => `logs:${each}`).join(', ')} on *`,
        },
      ],
    };
  const policyId = `${id}HopscopeLogDelivery`;
  const dependsOn = [...new Set([resource.DependsOn ?? [], policyId].flat())];
  return {
    add: { ...add, [policyId]: policyFor(role.id, policyId) },
    set: [...set, { resource: id, attribute: 'DependsOn', value: dependsOn }],
    warnings: [],
  };
}

function roleOf(template, arn) {
  const id = idOf(template, arn);
  if (template.Resources[id]?.Type !== 'AWS::IAM::Role') return { id: null, mayDeliver: false };
  const policies = template.Resources[id].Properties?.Policies ?? [];
  const actions = policies
    .flatMap(({ PolicyDocument }) => [PolicyDocument.Statement].flat())
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
