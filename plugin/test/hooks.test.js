'use strict';

/** The plugin in a framework as small as can be: what each hook does to a service. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const Hopscope = require('..');

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:layer:hopscope:4';

class FrameworkError extends Error {}

/** A framework with one service, and what was logged. */
function aFramework({
  hopscope,
  functions,
  commands = ['package'],
  remoteLayers = [],
  remote = {},
  options = {},
} = {}) {
  const said = { notice: [], warning: [] };
  const log = { notice: (line) => said.notice.push(line), warning: (line) => said.warning.push(line) };
  const serverless = {
    classes: { Error: FrameworkError },
    serviceDir: fs.mkdtempSync(path.join(os.tmpdir(), 'service-')),
    processedInput: { commands },
    getProvider: () => ({ getStage: () => 'dev', getRegion: () => 'eu-west-1' }),
    configSchemaHandler: { defineCustomProperties: () => {}, defineFunctionProperties: () => {} },
    pluginManager: { spawn: async () => {} },
    service: {
      service: 'orders',
      custom: { hopscope },
      package: { artifactDirectoryName: 'serverless/orders/dev/1' },
      provider: {
        runtime: 'python3.12',
        compiledCloudFormationTemplate: { Resources: {}, Outputs: {} },
        remoteFunctionData: { Configuration: { Layers: remoteLayers.map((Arn) => ({ Arn })), ...remote } },
      },
      functions: functions ?? { one: { handler: 'app.handler' } },
    },
  };
  const plugin = new Hopscope(serverless, options, { log, writeText: (text) => said.notice.push(text) });
  return { plugin, service: serverless.service, said };
}

test('attaching changes functions, says one line about each, and nothing when it is off', async () => {
  const on = aFramework({
    hopscope: { layerArn: ARN },
    functions: { one: { handler: 'app.handler' }, js: { handler: 'x.y', runtime: 'nodejs22.x' } },
  });
  await on.plugin.hooks['after:package:compileLayers']();
  const off = aFramework({ hopscope: { stages: ['prod'] } });
  await off.plugin.hooks['after:package:compileLayers']();

  assert.deepEqual(on.service.functions.one.layers, [ARN]);
  assert.deepEqual(on.said.notice, [
    'hopscope: one: layer and exec wrapper',
    'hopscope: js: left as it is: its runtime is nodejs22.x; the layer runs on python3.10 to python3.14',
  ]);
  assert.deepEqual(
    [off.service.functions.one, off.said.notice],
    [{ handler: 'app.handler' }, ['hopscope: off in stage dev']],
  );
});

test('a function that was named and cannot be attached stops the packaging, by name and reason', () => {
  const { plugin } = aFramework({
    hopscope: { layerArn: ARN },
    functions: { one: { handler: 'x.y', runtime: 'ruby3.3', hopscope: true } },
  });

  assert.throws(() => plugin.hooks['after:package:compileLayers'](), /cannot attach\n {2}one: its runtime is ruby3\.3/);
});

test('deploy function attaches only what will have the layer', () => {
  const cases = [
    [{ layerArn: ARN }, [], true],
    [true, ['arn:aws:lambda:eu-west-1:123456789012:layer:orders-dev-hopscope:3'], true],
    [true, ['arn:aws:lambda:eu-west-1:123456789012:layer:other:3'], false],
    [true, [], false],
    [false, [], null],
  ];
  for (const [hopscope, remoteLayers, expected] of cases) {
    const { plugin, service, said } = aFramework({ hopscope, remoteLayers, options: { function: 'one' } });
    plugin.hooks['before:deploy:function:deploy']();

    assert.equal(service.functions.one.layers !== undefined, expected === true);
    assert.deepEqual(
      [said.notice.length, said.warning.length],
      { true: [1, 0], false: [0, 1], null: [0, 0] }[expected],
    );
  }
});

test('with a layer that only CloudFormation knows, deploy function looks whether the function was attached', () => {
  const hopscope = { layerArn: { 'Fn::ImportValue': 'hopscope-layer' } };
  const cases = [
    [{ Handler: 'hopscope_layer.handler' }, true],
    [{ Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/hopscope' } } }, true],
    [{ Handler: 'app.handler' }, false],
  ];
  for (const [remote, expected] of cases) {
    const { plugin, service } = aFramework({ hopscope, remote, options: { function: 'one' } });
    plugin.hooks['before:deploy:function:deploy']();

    assert.equal(service.functions.one.layers !== undefined, expected);
  }
});

test('a local run is left alone unless it was asked for', () => {
  const quiet = aFramework({ hopscope: true, commands: ['invoke', 'local'] });
  quiet.plugin.hooks.initialize();
  quiet.plugin.hooks['before:offline:start:init']();
  const packaging = aFramework({ hopscope: { local: true } });
  packaging.plugin.hooks.initialize();

  assert.deepEqual(quiet.service.functions.one, { handler: 'app.handler' });
  assert.deepEqual(packaging.service.functions.one, { handler: 'app.handler' });
});

test('warnings are said with their code, so that each can be ignored, or all', () => {
  const cases = [
    [true, ['log-class', 'no-dead-letters']],
    [{ ignore: ['log-class'] }, ['no-dead-letters']],
    [false, []],
  ];
  for (const [warnings, expected] of cases) {
    const { plugin, service, said } = aFramework({
      hopscope: { warnings, logs: { destination: 'arn:aws:kinesis:x' } },
    });
    Object.assign(service.provider.compiledCloudFormationTemplate.Resources, {
      Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: 'arn:aws:sqs:eu-west-1:1:q' }] } },
      One: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'one',
          Handler: 'hopscope_layer.handler',
          LoggingConfig: { LogGroup: { Ref: 'Logs' } },
        },
      },
      Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupClass: 'INFREQUENT_ACCESS' } },
    });
    plugin.hooks['after:aws:package:finalize:mergeCustomProviderResources']();

    assert.deepEqual(
      said.warning.map((line) => line.match(/^hopscope: .* \[([a-z-]+)\]$/)[1]),
      expected,
    );
  }
});

test('a name in include or exclude that no function has stops the packaging', () => {
  const cases = [
    [{ include: ['oen'] }, /custom\.hopscope\.include names oen, and no function is called so; expected one of one/],
    [{ exclude: ['on*', 'two'] }, /custom\.hopscope\.exclude names two/],
  ];
  for (const [hopscope, expected] of cases) {
    const { plugin } = aFramework({ hopscope: { layerArn: ARN, ...hopscope } });

    assert.throws(() => plugin.hooks['after:package:compileLayers'](), expected);
  }
});

test('the topology is written to a file, or printed', async () => {
  const printed = aFramework({ options: { output: '-' } });
  await printed.plugin.hooks['hopscope:topology:write']();
  const written = aFramework({ options: {} });
  await written.plugin.hooks['hopscope:topology:write']();

  assert.deepEqual(JSON.parse(printed.said.notice[0]).topology.service, 'orders');
  assert.deepEqual(written.said.notice, ['hopscope: 0 nodes, 0 routes and 0 sends in hopscope.topology.json']);
});
