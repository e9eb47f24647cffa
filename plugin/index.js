'use strict';

/** serverless-hopscope: what the framework calls, and when. Every edit is a function in lib/. */

const schema = require('./lib/schema');
const { attachFunctions } = require('./lib/attaching');
const { attachLocally } = require('./lib/local');
const { guardDeployedFunction } = require('./lib/deploy_function');
const { finishTemplate } = require('./lib/finishing');
const { writeTopology } = require('./lib/topology_file');
const { withdraw } = require('./lib/layer');
const { worldOf } = require('./lib/world');

const COMMANDS = {
  hopscope: {
    usage: 'Hopscope: choreographed flows, as visible as Step Functions',
    commands: {
      topology: {
        usage: 'Write who publishes where and who should receive it, from the compiled template',
        lifecycleEvents: ['write'],
        options: {
          output: {
            usage: 'File to write; - prints it (default: hopscope.topology.json)',
            shortcut: 'o',
            type: 'string',
          },
        },
      },
    },
  },
};

class Hopscope {
  constructor(serverless, options, { log, writeText }) {
    schema.register(serverless.configSchemaHandler);
    const world = () => worldOf(serverless, options, { log, writeText });
    this.commands = COMMANDS;
    this.hooks = {
      'before:package:cleanup': () => withdraw(serverless.service),
      'after:package:compileLayers': () => attachFunctions(world()),
      'after:aws:package:finalize:mergeCustomProviderResources': () => finishTemplate(world()),
      'before:deploy:function:deploy': () => guardDeployedFunction(world()),
      // The framework reads the variables of `invoke local` in its own hook before the first that a plugin can have.
      initialize: () => isInvokeLocal(serverless) && attachLocally(world()),
      'before:offline:start:init': () => attachLocally(world()),
      'before:offline:start': () => attachLocally(world()),
      'hopscope:topology:write': () => writeTopology(world()),
    };
  }
}

function isInvokeLocal(serverless) {
  return serverless.processedInput.commands.join(' ') === 'invoke local';
}

module.exports = Hopscope;
