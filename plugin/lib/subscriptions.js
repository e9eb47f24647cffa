'use strict';

/**
 * Log groups subscribed to the collector (pure): one filter a group, or one policy for the account.
 *
 * AWS takes two filters a group. A group that has two is left as it is, and a warning says so.
 */

const { idOf, resourcesOf, textOf } = require('./template');

const MOST_FILTERS = 2;
const STANDARD = 'STANDARD';

/** Our records, and what the platform says of an invocation that could not say it itself. A word of it in a user's line costs that line. */
const RECORD_LINES =
  '?hopscope ?"START RequestId:" ?"REPORT RequestId:" ?"Task timed out" ?"Runtime exited" ?"platform."';
const EXPRESS_LINES = '{ $.execution_arn = "*" }';
const ROLE_ID = 'HopscopeLogsRole';
const ACTIONS = {
  kinesis: ['kinesis:PutRecord', 'kinesis:PutRecords'],
  firehose: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
};
const NO_KIND =
  'custom.hopscope.logs.destination is no ARN whose service can be read; say which with custom.hopscope.logs.kind';
const KINDS = [
  [/:kinesis:/, 'kinesis'],
  [/:firehose:/, 'firehose'],
  [/:lambda:/, 'lambda'],
  [/:logs:.*:destination:/, 'destination'],
];
const KINDS_BY_TYPE = {
  'AWS::Kinesis::Stream': 'kinesis',
  'AWS::KinesisFirehose::DeliveryStream': 'firehose',
  'AWS::Lambda::Function': 'lambda',
  'AWS::Logs::Destination': 'destination',
};

/**
 * `{add, warnings}`, or `{error}` when the kind of destination cannot be seen. `functionIds` are the logical ids of the
 * functions that were attached, `machineGroups` the log groups of Express machines.
 */
function subscriptions(template, { settings, functionIds, machineGroups }) {
  const { logs } = settings;
  if (logs === null) return { add: {}, warnings: [] };
  const kind = logs.kind ?? kindOf(template, logs.destination);
  if (kind === null) return { error: NO_KIND };
  const { destination, role } = deliveryTo(logs, kind);
  const pattern = logs.pattern ?? RECORD_LINES;
  if (logs.account) {
    return { add: { ...role, HopscopeAccountPolicy: accountPolicy(destination, pattern, logs.except) }, warnings: [] };
  }
  const machines = machineGroups.map((group) => ({ ...group, pattern: EXPRESS_LINES }));
  const filters = filtersFor(template, [...groupsOf(template, functionIds), ...machines], { destination, pattern });
  const isAny = Object.keys(filters.add).length > 0;
  return { add: isAny ? { ...role, ...filters.add } : {}, warnings: filters.warnings };
}

/** Where to, as whom; and the role, as a resource, where AWS wants one and none was given. */
function deliveryTo({ destination, role }, kind) {
  if (!(kind in ACTIONS)) return { destination: { DestinationArn: destination }, role: {} };
  return {
    destination: { DestinationArn: destination, RoleArn: role ?? { 'Fn::GetAtt': [ROLE_ID, 'Arn'] } },
    role: role === undefined ? { [ROLE_ID]: roleFor(ACTIONS[kind], destination) } : {},
  };
}

function kindOf(template, destination) {
  const type = template.Resources[idOf(template, destination)]?.Type;
  const text = textOf(destination) ?? '';
  return KINDS_BY_TYPE[type] ?? KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** The log groups of functions, each once: `{id, name}`, `id` null when the group is not of this template. */
function groupsOf(template, functionIds) {
  const groups = functionIds.map((functionId) => {
    const { FunctionName, LoggingConfig } = template.Resources[functionId].Properties;
    const written = LoggingConfig?.LogGroup;
    const name = written ?? `/aws/lambda/${textOf(FunctionName)}`;
    return { id: idOf(template, name), name, isWritten: written !== undefined };
  });
  const keyOf = ({ id, name }) => id ?? JSON.stringify(name);
  return [...new Map(groups.map((group) => [keyOf(group), group])).values()];
}

function filtersFor(template, groups, { destination, pattern }) {
  const add = {};
  const warnings = [];
  for (const group of groups) {
    const { LogGroupName, LogGroupClass = STANDARD } = template.Resources[group.id]?.Properties ?? {};
    const name = group.id === null ? textOf(group.name) : (textOf(LogGroupName ?? null) ?? group.id);
    if (LogGroupClass !== STANDARD && typeof LogGroupClass === 'string') {
      warnings.push({
        code: 'log-class',
        text: `log group ${name} is of class ${LogGroupClass}, which AWS lets nobody subscribe, so it is not; set LogGroupClass: ${STANDARD}`,
      });
    } else if (group.id === null && !group.isWritten) {
      warnings.push({
        code: 'no-log-group',
        text: `log group ${name} is not in this service (disableLogs), so it is not subscribed`,
      });
    } else if (othersOn(template, group) >= MOST_FILTERS) {
      warnings.push({
        code: 'filters-taken',
        text: `log group ${name} has ${MOST_FILTERS} subscription filters, the most that AWS takes, so it is not subscribed; remove one, or set logs.account: true`,
      });
    } else {
      add[filterId(group)] = filter(group, { ...destination, FilterPattern: group.pattern ?? pattern });
    }
  }
  return { add, warnings };
}

function filterId({ id, name }) {
  return `${id ?? textOf(name).replace(/[^A-Za-z0-9]/g, '')}HopscopeFilter`;
}

function filter({ id, name }, properties) {
  const LogGroupName = id === null ? name : { Ref: id };
  return { Type: 'AWS::Logs::SubscriptionFilter', Properties: { LogGroupName, ...properties } };
}

/** How many filters of others the group has in this template. */
function othersOn(template, group) {
  const filters = resourcesOf(template, 'AWS::Logs::SubscriptionFilter').filter(([id]) => id !== filterId(group));
  return filters.filter(([, { LogGroupName }]) => isSameGroup(template, group, LogGroupName)).length;
}

function isSameGroup(template, group, name) {
  const id = idOf(template, name);
  return id === null ? JSON.stringify(name) === JSON.stringify(group.name) : id === group.id;
}

function roleFor(actions, destination) {
  const principal = { Service: 'logs.amazonaws.com' };
  const sameAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
  const trust = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', Condition: sameAccount };
  const delivery = { Effect: 'Allow', Action: actions, Resource: destination };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
      Policies: [{ PolicyName: 'hopscope-logs', PolicyDocument: { Version: '2012-10-17', Statement: [delivery] } }],
    },
  };
}

/** As the stack of docs/deploy.md names them on the stage `dev`. */
const OUR_GROUPS = ['/aws/lambda/hopscope-dev-collector', '/aws/lambda/hopscope-dev-executions'];

/**
 * AWS takes one such policy an account and region; its document is JSON as text.
 *
 * The collector's own groups are left out: their lines would come back to it for ever.
 */
function accountPolicy({ DestinationArn, RoleArn }, pattern, except = OUR_GROUPS) {
  const document = {
    DestinationArn: '${Destination}',
    ...(RoleArn ? { RoleArn: '${Role}' } : {}),
    FilterPattern: pattern,
  };
  const values = { Destination: DestinationArn, ...(RoleArn ? { Role: RoleArn } : {}) };
  return {
    Type: 'AWS::Logs::AccountPolicy',
    Properties: {
      PolicyName: 'hopscope',
      PolicyType: 'SUBSCRIPTION_FILTER_POLICY',
      Scope: 'ALL',
      ...(except.length > 0 ? { SelectionCriteria: `LogGroupName NOT IN ${JSON.stringify(except)}` } : {}),
      PolicyDocument: { 'Fn::Sub': [JSON.stringify(document), values] },
    },
  };
}

module.exports = { subscriptions };
