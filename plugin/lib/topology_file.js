'use strict';

/** `serverless hopscope topology`: package, then write what was compiled. */

const fs = require('node:fs');
const path = require('node:path');
const { topologyOf } = require('./topology');

const DEFAULT_FILE = 'hopscope.topology.json';

async function writeTopology({ service, serviceDir, stage, region, options, log, writeText, spawn }) {
  await spawn('package');
  const topology = topologyOf(service.provider.compiledCloudFormationTemplate, {
    service: service.service,
    stage,
    region,
  });
  const text = JSON.stringify(topology, null, 2);
  if (options.output === '-') {
    writeText(text);
    return;
  }
  const file = path.resolve(serviceDir, options.output ?? DEFAULT_FILE);
  fs.writeFileSync(file, `${text}\n`);
  const { nodes, routes, sends } = topology.topology;
  log.notice(
    `hopscope: ${nodes.length} nodes, ${routes.length} routes and ${sends.length} sends in ${path.relative(serviceDir, file)}`,
  );
}

module.exports = { writeTopology };
