'use strict';

const { settingsOf } = require('./settings');

/** What a hook needs to know of the framework, read when the hook runs. */
function worldOf(serverless, options, { log, writeText }) {
  const { service, serviceDir } = serverless;
  const provider = serverless.getProvider('aws');
  const stage = provider.getStage();
  return {
    service,
    serviceDir,
    stage,
    region: provider.getRegion(),
    settings: settingsOf(service.custom?.hopscope, stage),
    template: service.provider.compiledCloudFormationTemplate,
    options,
    log,
    writeText,
    spawn: (lifecycle) => serverless.pluginManager.spawn(lifecycle),
    HopscopeError: serverless.classes.Error,
  };
}

module.exports = { worldOf };
