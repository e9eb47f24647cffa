'use strict';

/** What calls a function by itself, and where its failures go (pure). */

const { idOf, resourcesOf } = require('../template');
const { nodeId } = require('./nodes');

function eventSources(template) {
  return resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(([id, mapping]) => ({
    id,
    kind: 'event-source',
    from: nodeId(template, sourceOf(template, mapping.EventSourceArn)),
    to: nodeId(template, mapping.FunctionName),
    ...(mapping.FilterCriteria ? { filters: mapping.FilterCriteria.Filters } : {}),
    batch_size: mapping.BatchSize ?? null,
    reports_failures: (mapping.FunctionResponseTypes ?? []).includes('ReportBatchItemFailures'),
    is_enabled: mapping.Enabled !== false,
    dead_letters: mapping.DestinationConfig?.OnFailure
      ? nodeId(template, mapping.DestinationConfig.OnFailure.Destination)
      : null,
  }));
}

/** The stream of a table stands for the table. */
function sourceOf(template, arn) {
  const attribute = arn?.['Fn::GetAtt'];
  return Array.isArray(attribute) && attribute[1] === 'StreamArn' ? { Ref: attribute[0] } : arn;
}

function destinations(template) {
  return resourcesOf(template, 'AWS::Lambda::EventInvokeConfig').flatMap(([id, config]) =>
    ['OnSuccess', 'OnFailure'].flatMap((when) => {
      const target = config.DestinationConfig?.[when]?.Destination;
      if (!target) return [];
      const condition = when === 'OnSuccess' ? 'success' : 'failure';
      return [
        {
          id,
          kind: 'destination',
          condition,
          from: nodeId(template, config.FunctionName),
          to: nodeId(template, target),
        },
      ];
    }),
  );
}

/** DLQs of queues and of functions that are invoked asynchronously. */
function redrives(template) {
  const queues = resourcesOf(template, 'AWS::SQS::Queue').filter(
    ([, { RedrivePolicy }]) => RedrivePolicy?.deadLetterTargetArn,
  );
  const functions = resourcesOf(template, 'AWS::Lambda::Function').filter(
    ([, { DeadLetterConfig }]) => DeadLetterConfig?.TargetArn,
  );
  return [
    ...queues.map(([id, { RedrivePolicy }]) => ({
      id,
      kind: 'redrive',
      from: id,
      to: nodeId(template, RedrivePolicy.deadLetterTargetArn),
      after_receives: Number(RedrivePolicy.maxReceiveCount ?? 10),
    })),
    ...functions.map(([id, { DeadLetterConfig }]) => ({
      id,
      kind: 'redrive',
      from: id,
      to: nodeId(template, DeadLetterConfig.TargetArn),
    })),
  ];
}

function bucketNotifications(template) {
  return resourcesOf(template, 'AWS::S3::Bucket').flatMap(([id, { NotificationConfiguration: configuration = {} }]) =>
    [
      ...(configuration.LambdaConfigurations ?? []).map((each) => [each, each.Function]),
      ...(configuration.QueueConfigurations ?? []).map((each) => [each, each.Queue]),
      ...(configuration.TopicConfigurations ?? []).map((each) => [each, each.Topic]),
    ].map(([{ Event, Filter }, target]) => ({
      id,
      kind: 'notification',
      from: id,
      to: nodeId(template, target),
      event: Event,
      ...(Filter ? { filter: Filter } : {}),
    })),
  );
}

/** HTTP API routes and REST methods that call a function or a state machine. */
function apiRoutes(template) {
  const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([id, { ApiId, RouteKey, Target }]) => {
    const integration = Object.keys(template.Resources).find((each) =>
      JSON.stringify(Target ?? '').includes(`"${each}"`),
    );
    return {
      id,
      kind: 'api',
      route: RouteKey,
      from: idOf(template, ApiId),
      to: targetOf(template, template.Resources[integration]?.Properties?.IntegrationUri),
    };
  });
  const methods = resourcesOf(template, 'AWS::ApiGateway::Method').map(
    ([id, { RestApiId, HttpMethod, ResourceId, Integration }]) => {
      const path = template.Resources[idOf(template, ResourceId)]?.Properties?.PathPart ?? '';
      return {
        id,
        kind: 'api',
        route: `${HttpMethod} /${path}`,
        from: idOf(template, RestApiId),
        to: targetOf(template, Integration?.Uri),
      };
    },
  );
  return [...routes, ...methods].filter(({ to }) => to !== null);
}

/** The function inside an integration's address, which holds its ARN among other words. */
function targetOf(template, uri) {
  const text = JSON.stringify(uri ?? '');
  const found = Object.keys(template.Resources).filter((id) => text.includes(`"${id}"`));
  return found.map((id) => idOf(template, { Ref: id })).find((id) => id !== null) ?? null;
}

module.exports = { eventSources, destinations, redrives, bucketNotifications, apiRoutes };
