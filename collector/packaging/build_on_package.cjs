'use strict';

/**
 * Builds the two zips of this stack before it is packaged, so that `serverless deploy` is all there is to say, and adds
 * the layer as the plugin does: late, because the frameworks ask CloudFormation about every layer they know, and
 * packaging must need no account.
 *
 * The layer is `make layer`; the collector's zip is for the architecture and the Python that the stack names.
 * With `HOPSCOPE_BUILD=off` the zips that are there are taken.
 */

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const layer = require('../../plugin/lib/layer');

const ROOT = path.join(__dirname, '..', '..');
const SCRIPT = path.join('collector', 'packaging', 'function_zip.py');
const INTERPRETER = path.join('.venv', 'bin', 'python');

class BuildOnPackage {
  constructor(serverless, options, { log }) {
    const { service } = serverless;
    this.hooks = {
      'before:package:cleanup': () => {
        layer.withdraw(service);
        build(service.custom.build, log);
      },
      'after:package:compileLayers': () => {
        const stage = service.provider.stage;
        layer.add({ service, serviceDir: serverless.serviceDir, stage }, path.join(ROOT, 'dist', 'layer.zip'));
      },
    };
  }
}

function build({ architecture, python }, log) {
  if (process.env.HOPSCOPE_BUILD === 'off') return;
  run(log, 'make', ['layer']);
  run(log, INTERPRETER, [SCRIPT, '--architecture', architecture, '--python', String(python)]);
}

function run(log, command, words) {
  log.notice(`hopscope: ${command} ${words.join(' ')}`);
  const { status, error, stderr } = spawnSync(command, words, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed: ${error?.message ?? stderr.slice(-1500)}`);
}

module.exports = BuildOnPackage;
