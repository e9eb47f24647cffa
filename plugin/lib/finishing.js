'use strict';

/** The hook that ends: once `resources:` is in the template, logs and machines are edited and warnings said. */

const { OUR_HANDLER, OUR_WRAPPER } = require('./attach');
const { expressLogs } = require('./express');
const { subscriptions } = require('./subscriptions');
const { idOf, resourcesOf } = require('./template');
const { warningsOf } = require('./warnings');

/** Edit the template; the framework saves it after this hook. */
function finishTemplate({ service, stage, settings, template, log, HopscopeError }) {
  if (!settings.enabled) return;
  const prefix = `${service.service}-${stage}`;
  const machines = expressLogs(template, { settings, prefix, retentionDays: service.provider.logRetentionInDays });
  applyTo(template, machines);
  const logs = subscriptions(template, {
    settings,
    functionIds: attachedIds(template),
    machineGroups: settings.expressLogs ? machineGroups(template) : [],
  });
  if (logs.error) throw new HopscopeError(`hopscope: ${logs.error}`);
  applyTo(template, logs);
  const warnings = [...machines.warnings, ...logs.warnings, ...warningsOf(template)];
  for (const { code, text } of wanted(warnings, settings)) log.warning(`hopscope: ${text} [${code}]`);
}

function wanted(warnings, { warnings: written }) {
  const ignored = written.ignore ?? [];
  return written === false ? [] : warnings.filter(({ code }) => !ignored.includes(code));
}

/** Add resources, and set properties and attributes of those that are there; twice is as once. */
function applyTo(template, { add, set = [] }) {
  Object.assign(template.Resources, add);
  for (const { resource, property, attribute, value } of set) {
    const target = template.Resources[resource];
    if (attribute) target[attribute] = value;
    else target.Properties[property] = value;
  }
}

/** The functions that carry our layer, by what they were given. */
function attachedIds(template) {
  const isOurs = ({ Handler, Environment }) =>
    Handler === OUR_HANDLER || Environment?.Variables?.AWS_LAMBDA_EXEC_WRAPPER === OUR_WRAPPER;
  return resourcesOf(template, 'AWS::Lambda::Function')
    .filter(([, each]) => isOurs(each))
    .map(([id]) => id);
}

/** The log groups of Express machines that stand in this template, each once. */
function machineGroups(template) {
  const ids = resourcesOf(template, 'AWS::StepFunctions::StateMachine')
    .filter(([, machine]) => machine.StateMachineType === 'EXPRESS')
    .flatMap(([, machine]) => machine.LoggingConfiguration?.Destinations ?? [])
    .map(({ CloudWatchLogsLogGroup }) => idOf(template, CloudWatchLogsLogGroup?.LogGroupArn));
  return [...new Set(ids.filter((id) => id !== null))].map((id) => ({ id, name: { Ref: id }, isWritten: true }));
}

module.exports = { finishTemplate };
