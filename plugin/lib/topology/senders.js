'use strict';

/**
 * Who may send where, as far as it is declared (pure): the role of a function allows it, or a state machine's task does it.
 *
 * A role that many functions share says so of each of them: `by: role` is a permission, `by: task` is a fact.
 */

const { idOf, objectsIn, resourcesOf, textOf } = require('../template');
const { nodeId } = require('./nodes');

const SENDING =
  /^(sqs:(SendMessage|\*)|sns:(Publish|\*)|events:(PutEvents|\*)|states:(Start(Sync)?Execution|\*)|lambda:(Invoke(Function|Async)|\*)|kinesis:(PutRecords?|\*)|firehose:(PutRecord(Batch)?|\*))$/;

/** `{by: 'role', from, to, actions}`, one a role and destination, `from` every function that has the role. */
function permitted(template) {
  const roleIds = resourcesOf(template, 'AWS::Lambda::Function').map(([id, { Role }]) => [id, idOf(template, Role)]);
  return [...new Set(roleIds.map(([, roleId]) => roleId))].filter(Boolean).flatMap((roleId) => {
    const from = roleIds.filter(([, each]) => each === roleId).map(([id]) => id);
    return permissionsOf(template, roleId).map((permission) => ({ by: 'role', from, ...permission }));
  });
}

function permissionsOf(template, roleId) {
  return objectsIn(template.Resources[roleId].Properties?.Policies)
    .flatMap(({ PolicyDocument }) => objectsIn([PolicyDocument?.Statement].flat()))
    .flatMap((statement) => {
      const actions = [statement.Action ?? []]
        .flat()
        .filter((action) => typeof action === 'string' && SENDING.test(action));
      if (statement.Effect !== 'Allow' || actions.length === 0) return [];
      return [statement.Resource ?? []].flat().map((resource) => ({ to: nodeId(template, resource), actions }));
    });
}

/** `{by: 'task', from, to, actions, state}`, one a task that sends. */
function tasks(template) {
  return resourcesOf(template, 'AWS::StepFunctions::StateMachine').flatMap(([id, machine]) => {
    const { definition, values } = definitionOf(machine);
    return statesOf(definition).flatMap(([state, task]) => sendsOf(template, { id, state, task, values }));
  });
}

/** The definition as an object, with `values` for the marks that stand for references. */
function definitionOf({ DefinitionString, Definition, DefinitionSubstitutions }) {
  if (Definition) return { definition: Definition, values: DefinitionSubstitutions ?? {} };
  const sub = DefinitionString?.['Fn::Sub'];
  const values = Array.isArray(sub) ? sub[1] : (DefinitionSubstitutions ?? {});
  try {
    return { definition: JSON.parse(textOf(DefinitionString) ?? '{}'), values };
  } catch {
    return { definition: {}, values }; // a definition that only AWS can put together
  }
}

/** Every state with its name, those of branches and iterators too. */
function statesOf(definition) {
  return Object.entries(definition.States ?? {}).flatMap(([name, state]) => {
    const inner = [...(state.Branches ?? []), state.Iterator, state.ItemProcessor].filter(Boolean);
    return [[name, state], ...inner.flatMap(statesOf)];
  });
}

const DESTINATIONS = {
  'sqs:sendMessage': ({ QueueUrl }) => [QueueUrl],
  'sns:publish': ({ TopicArn }) => [TopicArn],
  'events:putEvents': ({ Entries }) => objectsIn([Entries].flat()).map(({ EventBusName }) => EventBusName ?? 'default'),
  'lambda:invoke': ({ FunctionName }) => [FunctionName],
  'states:startExecution': ({ StateMachineArn }) => [StateMachineArn],
};

function sendsOf(template, { id, state, task, values }) {
  if (task.Type !== 'Task') return [];
  const integration = String(task.Resource).match(/^arn:[^:]+:states:::(?:aws-sdk:)?([a-z]+:[A-Za-z]+)/);
  const find = integration && DESTINATIONS[integration[1]];
  const written = find ? find(task.Parameters ?? task.Arguments ?? {}) : integration ? [] : [task.Resource];
  const actions = [integration ? integration[1] : 'lambda:invoke'];
  const known = written.filter((value) => value !== undefined && !isComputed(value));
  return known.map((value) => ({
    by: 'task',
    from: [id],
    state,
    to: nodeId(template, resolved(value, values)),
    actions,
  }));
}

/** A JSONata expression is known when the machine runs. */
function isComputed(value) {
  return typeof value === 'string' && value.startsWith('{%');
}

/** `${mark}` → what the substitution says it is. */
function resolved(value, values) {
  const mark = typeof value === 'string' ? value.match(/^\$\{([^}.]+)(\.Arn)?\}$/) : null;
  if (!mark) return value;
  return values[mark[1]] ?? { Ref: mark[1] };
}

module.exports = { permitted, tasks };
