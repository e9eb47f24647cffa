'use strict';

/** Rules, pipes and schedules (pure): who gets an event, by pattern or by clock. */

const { objectsIn, resourcesOf, textOf } = require('../template');
const { nodeId } = require('./nodes');

const DEFAULT_BUS = 'default';

function rules(template) {
  return resourcesOf(template, 'AWS::Events::Rule').flatMap(([id, rule]) =>
    objectsIn(rule.Targets).map((target) => ({
      id,
      kind: rule.ScheduleExpression ? 'schedule' : 'rule',
      from: rule.ScheduleExpression ? null : nodeId(template, rule.EventBusName ?? DEFAULT_BUS),
      to: nodeId(template, target.Arn),
      ...(rule.EventPattern ? { pattern: rule.EventPattern } : {}),
      ...(rule.ScheduleExpression ? { schedule: textOf(rule.ScheduleExpression) } : {}),
      is_enabled: rule.State !== 'DISABLED',
      keeps_event: !target.Input && !target.InputPath && !target.InputTransformer,
      dead_letters: target.DeadLetterConfig ? nodeId(template, target.DeadLetterConfig.Arn) : null,
    })),
  );
}

function pipes(template) {
  return resourcesOf(template, 'AWS::Pipes::Pipe').map(([id, pipe]) => ({
    id,
    kind: 'pipe',
    from: nodeId(template, pipe.Source),
    to: nodeId(template, pipe.Target),
    ...(pipe.SourceParameters?.FilterCriteria ? { filters: pipe.SourceParameters.FilterCriteria.Filters } : {}),
    ...(pipe.Enrichment ? { enrichment: nodeId(template, pipe.Enrichment) } : {}),
    is_enabled: pipe.DesiredState !== 'STOPPED',
    keeps_event: !pipe.TargetParameters?.InputTemplate,
    dead_letters: null,
  }));
}

function schedules(template) {
  return resourcesOf(template, 'AWS::Scheduler::Schedule').map(([id, { Target, ScheduleExpression, State }]) => ({
    id,
    kind: 'schedule',
    from: null,
    to: nodeId(template, Target.Arn),
    schedule: textOf(ScheduleExpression),
    is_enabled: State !== 'DISABLED',
    dead_letters: Target.DeadLetterConfig ? nodeId(template, Target.DeadLetterConfig.Arn) : null,
  }));
}

module.exports = { rules, pipes, schedules };
