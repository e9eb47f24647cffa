'use strict';

/** What messages pass through (pure): `{id, kind, name, …}`, one a resource, and one for each ARN of somebody else. */

const { OUR_HANDLER, OUR_WRAPPER } = require('../attach');
const { idOf, nameOf, resourcesOf, textOf } = require('../template');

const KINDS = {
  'AWS::Lambda::Function': [
    'function',
    ({ Timeout, Handler, Environment }) => ({ timeout_s: Timeout ?? 3, is_traced: isTraced(Handler, Environment) }),
  ],
  'AWS::SQS::Queue': [
    'queue',
    ({ VisibilityTimeout, FifoQueue }) => ({ visibility_s: VisibilityTimeout ?? 30, is_fifo: FifoQueue === true }),
  ],
  'AWS::SNS::Topic': ['topic', ({ FifoTopic }) => ({ is_fifo: FifoTopic === true })],
  'AWS::Events::EventBus': ['bus', () => ({})],
  'AWS::Kinesis::Stream': ['stream', () => ({})],
  'AWS::DynamoDB::Table': ['table', () => ({})],
  'AWS::S3::Bucket': ['bucket', () => ({})],
  'AWS::StepFunctions::StateMachine': ['machine', ({ StateMachineType }) => ({ type: StateMachineType ?? 'STANDARD' })],
  'AWS::ApiGatewayV2::Api': ['api', () => ({})],
  'AWS::ApiGateway::RestApi': ['api', () => ({})],
};

const KINDS_BY_SERVICE = {
  sqs: 'queue',
  sns: 'topic',
  events: 'bus',
  lambda: 'function',
  states: 'machine',
  kinesis: 'stream',
  dynamodb: 'table',
  s3: 'bucket',
  firehose: 'firehose',
  logs: 'log-group',
};

function isTraced(handler, environment) {
  return handler === OUR_HANDLER || environment?.Variables?.AWS_LAMBDA_EXEC_WRAPPER === OUR_WRAPPER;
}

/** The nodes that the template makes; `name` is null where CloudFormation chooses one. */
function ownNodes(template) {
  return Object.entries(KINDS).flatMap(([type, [kind, facts]]) =>
    resourcesOf(template, type)
      .filter(([id]) => id !== 'ServerlessDeploymentBucket')
      .map(([id, properties]) => {
        const name = nameOf(template, id);
        return { id, kind, name: name === id ? null : name, ...facts(properties) };
      }),
  );
}

/** The id of the node that a value names: a logical id, or the text of an ARN that stands elsewhere. */
function nodeId(template, value) {
  const id = idOf(template, value);
  if (id !== null) return id;
  return textOf(value) ?? importOf(value);
}

/** What another stack exports, under the name that it exports it by. */
function importOf(value) {
  const name = textOf(value?.['Fn::ImportValue'] ?? null);
  return name === null ? null : `\${${name.replace(/[${}]/g, '')}}`;
}

/** A node for an id that no resource has: an ARN, the name of a bus, an address. */
function foreignNode(id, isBus) {
  if (!id.startsWith('arn:')) return { id, kind: isBus ? 'bus' : kindOfText(id), name: id, is_foreign: true };
  const [, , service, , , ...rest] = id.split(':');
  const name = rest.at(-1)?.split('/').at(-1) ?? id;
  const kind = rest[0]?.split('/')[0];
  const isOther = service === 'events' && kind !== 'event-bus'; // an API destination, an archive
  return { id, kind: isOther ? kind : (KINDS_BY_SERVICE[service] ?? service), name, is_foreign: true };
}

/** `unknown` is what only CloudFormation knows: a parameter, another stack's export. */
function kindOfText(id) {
  if (/^https:\/\/(sqs\.|queue\.|[^/]+\.queue\.)/.test(id)) return 'queue';
  if (/^https?:|@|^\+?\d+$/.test(id)) return 'address';
  return id.includes('${') ? 'unknown' : 'bus';
}

module.exports = { ownNodes, nodeId, foreignNode };
