'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { topologyOf } = require('../lib/topology');

const ABOUT = { service: 'orders', stage: 'dev', region: 'eu-west-1' };
const ARN = (id) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const ALLOW = (Action, Resource) => ({ Effect: 'Allow', Action, Resource });

function aFunction(own = {}) {
  return { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'work', Timeout: 6, Role: ARN('Role'), ...own } };
}

function topology(Resources) {
  return topologyOf({ Resources }, ABOUT).topology;
}

/** `kind from -> to` of every route. */
function routes(Resources) {
  return topology(Resources).routes.map(({ kind, from, to }) => `${kind} ${from} -> ${to}`);
}

test('an empty template has an empty topology, with its version', () => {
  assert.deepEqual(topologyOf({ Resources: {} }, ABOUT), {
    hopscope: 1,
    topology: { ...ABOUT, nodes: [], routes: [], sends: [] },
  });
});

test('a node is what messages pass through, named as it is deployed', () => {
  const { nodes } = topology({
    ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
    Work: aFunction({ Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/hopscope' } } }),
    Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { StateMachineType: 'EXPRESS', StateMachineName: 'm' },
    },
    Role: { Type: 'AWS::IAM::Role' },
  });

  assert.deepEqual(nodes, [
    { id: 'Machine', kind: 'machine', name: 'm', type: 'EXPRESS' },
    { id: 'Queue', kind: 'queue', name: null, visibility_s: 30, is_fifo: true },
    { id: 'Work', kind: 'function', name: 'work', timeout_s: 6, is_traced: true },
  ]);
});

test('rules, with pattern, DLQ and whether the event arrives whole', () => {
  const rule = (properties, target) => ({
    Type: 'AWS::Events::Rule',
    Properties: { ...properties, Targets: [{ Arn: ARN('Work'), ...target }] },
  });
  const { routes: found, nodes } = topology({
    Work: aFunction(),
    Whole: rule(
      { EventBusName: 'shop', EventPattern: { source: ['shop'] } },
      { DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:1:dlq' } },
    ),
    Cut: rule({ EventPattern: {}, State: 'DISABLED' }, { InputPath: '$.detail' }),
    Daily: rule({ ScheduleExpression: 'rate(1 day)' }),
  });

  assert.deepEqual(found, [
    {
      id: 'Cut',
      kind: 'rule',
      from: 'default',
      to: 'Work',
      pattern: {},
      is_enabled: false,
      keeps_event: false,
      dead_letters: null,
    },
    {
      id: 'Daily',
      kind: 'schedule',
      from: null,
      to: 'Work',
      schedule: 'rate(1 day)',
      is_enabled: true,
      keeps_event: true,
      dead_letters: null,
    },
    {
      id: 'Whole',
      kind: 'rule',
      from: 'shop',
      to: 'Work',
      pattern: { source: ['shop'] },
      is_enabled: true,
      keeps_event: true,
      dead_letters: 'arn:aws:sqs:eu-west-1:1:dlq',
    },
  ]);
  assert.deepEqual(
    nodes.filter(({ is_foreign: isForeign }) => isForeign),
    [
      { id: 'arn:aws:sqs:eu-west-1:1:dlq', kind: 'queue', name: 'dlq', is_foreign: true },
      { id: 'default', kind: 'bus', name: 'default', is_foreign: true },
      { id: 'shop', kind: 'bus', name: 'shop', is_foreign: true },
    ],
  );
});

test('every other way a message takes', () => {
  const queue = (properties = {}) => ({ Type: 'AWS::SQS::Queue', Properties: properties });
  const template = {
    Work: aFunction({ DeadLetterConfig: { TargetArn: ARN('Dlq') } }),
    Queue: queue({ RedrivePolicy: { deadLetterTargetArn: ARN('Dlq'), maxReceiveCount: 3 } }),
    Dlq: queue(),
    Topic: { Type: 'AWS::SNS::Topic', Properties: { Subscription: [{ Protocol: 'lambda', Endpoint: ARN('Work') }] } },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: { Protocol: 'sqs', TopicArn: { Ref: 'Topic' }, Endpoint: ARN('Queue') },
    },
    Source: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: ARN('Queue'), FunctionName: ARN('Work') },
    },
    Table: { Type: 'AWS::DynamoDB::Table' },
    Changes: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] }, FunctionName: { Ref: 'Work' } },
    },
    Invoked: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { FunctionName: { Ref: 'Work' }, DestinationConfig: { OnFailure: { Destination: ARN('Dlq') } } },
    },
    Pipe: { Type: 'AWS::Pipes::Pipe', Properties: { Source: ARN('Queue'), Target: ARN('Work') } },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: { ScheduleExpression: 'rate(1 hour)', Target: { Arn: ARN('Queue') } },
    },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        NotificationConfiguration: { QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: ARN('Queue') }] },
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api' },
    Integration: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationUri: ARN('Work') } },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'POST /x',
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
      },
    },
    Rest: { Type: 'AWS::ApiGateway::RestApi' },
    Path: { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart: 'y' } },
    Method: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Rest' },
        ResourceId: { Ref: 'Path' },
        HttpMethod: 'GET',
        Integration: { Uri: { 'Fn::Join': ['', ['arn:x/functions/', ARN('Work'), '/invocations']] } },
      },
    },
  };

  assert.deepEqual(routes(template).sort(), [
    'api Api -> Work',
    'api Rest -> Work',
    'destination Work -> Dlq',
    'event-source Queue -> Work',
    'event-source Table -> Work',
    'notification Bucket -> Queue',
    'pipe Queue -> Work',
    'redrive Queue -> Dlq',
    'redrive Work -> Dlq',
    'schedule null -> Queue',
    'subscription Topic -> Queue',
    'subscription Topic -> Work',
  ]);
});

test('a role says who may send, once for all functions that have it', () => {
  const role = {
    Type: 'AWS::IAM::Role',
    Properties: {
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              ALLOW(['sqs:SendMessage', 'sqs:ReceiveMessage'], [ARN('Queue')]),
              ALLOW('dynamodb:PutItem', '*'),
              ALLOW('sns:*', '*'),
            ],
          },
        },
      ],
    },
  };
  const { sends } = topology({ One: aFunction(), Two: aFunction(), Queue: { Type: 'AWS::SQS::Queue' }, Role: role });

  assert.deepEqual(sends, [{ by: 'role', from: ['One', 'Two'], to: 'Queue', actions: ['sqs:SendMessage'] }]);
});

test('the tasks of a state machine send, in branches and iterators too', () => {
  const task = (Resource, Parameters) => ({ Type: 'Task', Resource, Parameters });
  const definition = {
    States: {
      Publish: task('arn:aws:states:::events:putEvents', { Entries: [{ EventBusName: '${Bus}' }, {}] }),
      Both: {
        Type: 'Parallel',
        Branches: [
          {
            States: {
              Tell: task('arn:aws:states:::sns:publish.waitForTaskToken', { TopicArn: 'arn:aws:sns:eu-west-1:1:t' }),
            },
          },
        ],
      },
      Each: {
        Type: 'Map',
        ItemProcessor: { States: { Queue: task('arn:aws:states:::sqs:sendMessage', { 'QueueUrl.$': '$.url' }) } },
      },
      Work: task('${WorkArn}'),
      Wait: { Type: 'Wait' },
    },
  };
  const machine = (properties) => ({ Type: 'AWS::StepFunctions::StateMachine', Properties: properties });
  const expected = ['Publish -> Bus', 'Publish -> default', 'Tell -> arn:aws:sns:eu-west-1:1:t', 'Work -> Work'];
  const written = [
    { DefinitionString: JSON.stringify(definition), DefinitionSubstitutions: { WorkArn: ARN('Work') } },
    { DefinitionString: { 'Fn::Sub': [JSON.stringify(definition), { WorkArn: ARN('Work') }] } },
    { Definition: definition, DefinitionSubstitutions: { WorkArn: ARN('Work') } },
  ];
  for (const properties of written) {
    const { sends } = topology({
      Work: aFunction(),
      Bus: { Type: 'AWS::Events::EventBus' },
      Machine: machine(properties),
    });

    assert.deepEqual(sends.map(({ state, to }) => `${state} -> ${to}`).sort(), expected);
  }
  assert.deepEqual(topology({ Machine: machine({ DefinitionString: '{ not json' }) }).sends, []);
});

test('what the stage leaves out is not declared', () => {
  const rule = (own) => ({
    Type: 'AWS::Events::Rule',
    Properties: { EventBusName: 'shop', EventPattern: {}, Targets: [{ Arn: ARN('Work') }] },
    ...own,
  });
  const template = {
    Conditions: { IsProd: { 'Fn::Equals': ['dev', 'prod'] } },
    Resources: { Work: aFunction(), Always: rule(), InProd: rule({ Condition: 'IsProd' }) },
  };

  assert.deepEqual(
    topologyOf(template, ABOUT).topology.routes.map(({ id }) => id),
    ['Always'],
  );
});

test('what another stack exports is a bus where a rule listens to it, and otherwise not known', () => {
  const { nodes } = topology({
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { 'Fn::ImportValue': 'shop-bus' },
        EventPattern: {},
        Targets: [{ Arn: { 'Fn::ImportValue': { 'Fn::Sub': 'queue-${Stage}' } } }],
      },
    },
  });

  assert.deepEqual(nodes, [
    { id: '${queue-Stage}', kind: 'unknown', name: '${queue-Stage}', is_foreign: true },
    { id: '${shop-bus}', kind: 'bus', name: '${shop-bus}', is_foreign: true },
  ]);
});

test('what stands elsewhere is what its ARN says', () => {
  const cases = [
    ['arn:aws:events:eu-west-1:1:event-bus/other', 'bus'],
    ['arn:aws:events:eu-west-1:1:api-destination/pay/0e5f', 'api-destination'],
    ['arn:aws:sqs:eu-west-1:1:q', 'queue'],
    ['arn:aws:batch:eu-west-1:1:job-queue/q', 'batch'],
  ];
  const Targets = cases.map(([Arn]) => ({ Arn }));
  const { nodes } = topology({ Rule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: {}, Targets } } });

  for (const [arn, kind] of cases) assert.equal(nodes.find(({ id }) => id === arn).kind, kind);
});

test('a subscription of a person or a page leads to an address, not to a bus', () => {
  const endpoints = ['ops@shop.example', 'https://shop.example/told', '+491701234567'];
  const Subscription = endpoints.map((Endpoint) => ({ Protocol: 'any', Endpoint }));
  const { nodes } = topology({ Topic: { Type: 'AWS::SNS::Topic', Properties: { Subscription } } });

  assert.deepEqual(
    nodes.filter(({ is_foreign: isForeign }) => isForeign).map(({ kind }) => kind),
    ['address', 'address', 'address'],
  );
});

test('the route of a REST method is its whole path', () => {
  const part = (PathPart, ParentId) => ({ Type: 'AWS::ApiGateway::Resource', Properties: { PathPart, ParentId } });
  const { routes: found } = topology({
    Work: aFunction(),
    Rest: { Type: 'AWS::ApiGateway::RestApi' },
    Orders: part('orders', { 'Fn::GetAtt': ['Rest', 'RootResourceId'] }),
    Order: part('{id}', { Ref: 'Orders' }),
    Method: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Rest' },
        ResourceId: { Ref: 'Order' },
        HttpMethod: 'GET',
        Integration: {
          Uri: { 'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/functions/${Work.Arn}/invocations' },
        },
      },
    },
  });

  assert.deepEqual(
    found.map(({ route, to }) => `${route} -> ${to}`),
    ['GET /orders/{id} -> Work'],
  );
});

test('the order of the resources does not matter', () => {
  const resources = {
    Work: aFunction(),
    Queue: { Type: 'AWS::SQS::Queue' },
    Source: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: ARN('Queue'), FunctionName: ARN('Work') },
    },
  };
  const reversed = Object.fromEntries(Object.entries(resources).reverse());

  assert.deepEqual(topology(resources), topology(reversed));
});
