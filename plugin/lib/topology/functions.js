'use strict';

/** What calls a function by itself, and where its failures go (pure). */

const { idOf, idsIn, objectsIn, resourcesOf, textOf } = require('../template');
const { nodeId } = require('./nodes');

function eventSources(template) {
  return resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(([id, mapping]) => ({
    id,
    kind: 'event-source',
    from: nodeId(template, sourceOf(template, mapping.EventSourceArn)),
    to: nodeId(template, mapping.FunctionName),
    ...(mapping.FilterCriteria ? { filters: mapping.FilterCriteria.Filters } : {}),
    batch_size: mapping.BatchSize ?? null,
    reports_failures: [mapping.FunctionResponseTypes ?? []].flat().includes('ReportBatchItemFailures'),
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
      ...objectsIn(configuration.LambdaConfigurations).map((each) => [each, each.Function]),
      ...objectsIn(configuration.QueueConfigurations).map((each) => [each, each.Queue]),
      ...objectsIn(configuration.TopicConfigurations).map((each) => [each, each.Topic]),
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
    const [integration] = idsIn(template, Target);
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
      return {
        id,
        kind: 'api',
        route: `${HttpMethod} /${partsOf(template, ResourceId).join('/')}`,
        from: idOf(template, RestApiId),
        to: targetOf(template, Integration?.Uri),
      };
    },
  );
  return [...routes, ...methods].filter(({ to }) => to !== null);
}

/** The parts of a REST resource's path, from the API down. */
function partsOf(template, resourceId) {
  const { PathPart, ParentId } = template.Resources[idOf(template, resourceId)]?.Properties ?? {};
  return PathPart === undefined ? [] : [...partsOf(template, ParentId), textOf(PathPart)];
}

/** The function inside an integration's address, which holds its ARN among other words. */
function targetOf(template, uri) {
  return idsIn(template, uri)[0] ?? null;
}

module.exports = { eventSources, destinations, redrives, bucketNotifications, apiRoutes };
