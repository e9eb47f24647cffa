'use strict';

/** Reading a compiled CloudFormation template (pure): which resource an ARN in it names. */

/** [logical id, properties, resource] of every resource of a type. */
function resourcesOf(template, type) {
  const entries = Object.entries(template.Resources ?? {}).filter(([, resource]) => resource.Type === type);
  return entries.map(([id, resource]) => [id, resource.Properties ?? {}, resource]);
}

/** The objects of a list; none where only CloudFormation knows the list. */
function objectsIn(value) {
  return Array.isArray(value) ? value.filter((each) => each !== null && typeof each === 'object') : [];
}

/** Where a resource of each type has the last part of its ARN, when its author named it. */
const NAMES = {
  'AWS::ApiGatewayV2::Api': 'Name',
  'AWS::ApiGateway::RestApi': 'Name',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::Kinesis::Stream': 'Name',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Logs::LogGroup': 'LogGroupName',
};

/** The logical id that a value names (a reference, an attribute, a substitution, an ARN or name as text); null if it is not of this template. */
function idOf(template, value) {
  const resources = template.Resources ?? {};
  const named = referenceIn(value);
  if (named !== null) return named in resources ? throughAlias(resources, named) : null;
  const text = textOf(value);
  if (text === null) return null;
  const last = markIn(lastPart(text));
  if (last in resources) return throughAlias(resources, last);
  return throughAlias(resources, Object.keys(resources).find((id) => isNamed(resources[id], text)) ?? null);
}

function referenceIn(value) {
  if (value === null || typeof value !== 'object') return null;
  if (typeof value.Ref === 'string') return value.Ref;
  const attribute = value['Fn::GetAtt'];
  if (attribute) return Array.isArray(attribute) ? attribute[0] : attribute.split('.')[0];
  const text = value['Fn::Sub'];
  return typeof text === 'string' ? markIn(text) : null;
}

/** `Orders` of `${Orders}` and of `${Orders.QueueName}`; null when the text is more than that, or less. */
function markIn(text) {
  return text.match(/^\$\{([A-Za-z0-9]+)(\.[A-Za-z.]+)?\}$/)?.[1] ?? null;
}

/** A value as text: joined and substituted, with `${…}` where only AWS knows; null if it is no text at all. */
function textOf(value) {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object') return null;
  const join = value['Fn::Join'];
  if (Array.isArray(join) && Array.isArray(join[1])) return join[1].map((part) => textOf(part) ?? '${?}').join(join[0]);
  const sub = value['Fn::Sub'];
  if (sub) return Array.isArray(sub) ? sub[0] : sub;
  if (typeof value.Ref === 'string') return `\${${value.Ref}}`;
  const named = referenceIn(value);
  return named === null ? null : `\${${named}.${[value['Fn::GetAtt']].flat().at(-1)}}`;
}

function isNamed(resource, text) {
  const name = textOf(resource.Properties?.[NAMES[resource.Type]] ?? null);
  return name !== null && (text === name || lastPart(text) === name);
}

/** `arn:aws:sqs:eu-west-1:1:orders` → `orders`; also after a slash, as in `event-bus/orders`. */
function lastPart(text) {
  return text.startsWith('arn:') ? (text.split(':').slice(5).at(-1)?.split('/').at(-1) ?? text) : text;
}

/** An alias or a version stands for its function. */
function throughAlias(resources, id) {
  const isAlias = ['AWS::Lambda::Alias', 'AWS::Lambda::Version'].includes(resources[id]?.Type);
  return isAlias ? (referenceIn(resources[id].Properties.FunctionName) ?? id) : id;
}

/** A resource by the name that a person would know it by. */
function nameOf(template, id) {
  const resource = template.Resources[id];
  return textOf(resource?.Properties?.[NAMES[resource?.Type]] ?? null) ?? id;
}

/** The logical ids that a value names anywhere inside, in its order. */
function idsIn(template, value) {
  if (value === null || typeof value !== 'object') return [];
  if (!Array.isArray(value)) {
    const named = referenceIn(value);
    if (named !== null) return [idOf(template, value)].filter((id) => id !== null);
    const text = value['Fn::Sub'];
    if (typeof text === 'string') {
      return [...text.matchAll(/\$\{([A-Za-z0-9]+)(\.[A-Za-z.]+)?\}/g)].flatMap(([, Ref]) => idsIn(template, { Ref }));
    }
  }
  return Object.values(value).flatMap((each) => idsIn(template, each));
}

module.exports = { resourcesOf, objectsIn, idOf, idsIn, textOf, nameOf };
