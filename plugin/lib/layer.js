'use strict';

/**
 * The layer that travels in this package, as one more layer of the service.
 *
 * The framework asks CloudFormation about every layer in `service.layers` while it packages. So ours joins that list
 * after it has asked: packaging stays offline, and upload, `--package`, rollback and removal are the framework's own.
 */

const fs = require('node:fs');
const path = require('node:path');
const { RUNTIMES } = require('./runtimes');
const { version } = require('../package.json');

const NAME = 'hopscope';
const LOGICAL_ID = 'HopscopeLambdaLayer';
const OUTPUT_ID = `${LOGICAL_ID}QualifiedArn`; // where `serverless info` looks for the ARN of a layer
const REFERENCE = { Ref: LOGICAL_ID };

const PLACES = [path.join(__dirname, '..', 'layer.zip'), path.join(__dirname, '..', '..', 'dist', 'layer.zip')];

/** The zip of this package, or of the workspace that this package is developed in; null if neither is there. */
function zipFile() {
  return PLACES.find((place) => fs.existsSync(place)) ?? null;
}

/** What the functions name: the ARN that was given, or the layer of this service. */
function layerOf(settings) {
  return settings.layerArn ?? REFERENCE;
}

/** The resource and the entry of `service.layers` (pure); `service` is `{service, stage, bucket, s3Folder}`. */
function layerResource({ service, stage, bucket, s3Folder }) {
  const name = `${service}-${stage}-${NAME}`;
  return {
    entry: { name },
    resource: {
      Type: 'AWS::Lambda::LayerVersion',
      Properties: {
        Content: { S3Bucket: bucket ?? { Ref: 'ServerlessDeploymentBucket' }, S3Key: `${s3Folder}/${NAME}.zip` },
        LayerName: name,
        Description: `Hopscope ${version}`,
        LicenseInfo: 'Apache-2.0',
        CompatibleRuntimes: RUNTIMES,
      },
    },
  };
}

/** Lay the zip where the framework looks for a layer's artifact, and add the resource and the entry. */
function add({ service, serviceDir, stage }, zip) {
  fs.mkdirSync(path.join(serviceDir, '.serverless'), { recursive: true });
  fs.copyFileSync(zip, path.join(serviceDir, '.serverless', `${NAME}.zip`));
  const { artifactDirectoryName, deploymentBucket } = service.package;
  const { entry, resource } = layerResource({
    service: service.service,
    stage,
    bucket: deploymentBucket,
    s3Folder: artifactDirectoryName,
  });
  // The framework finds a layer's artifact by this name, so that a new layer also makes a new function version.
  Object.defineProperty(resource, '_serverlessLayerName', { value: NAME });
  service.layers = { ...service.layers, [NAME]: entry };
  const template = service.provider.compiledCloudFormationTemplate;
  template.Resources[LOGICAL_ID] = resource;
  template.Outputs = {
    ...template.Outputs,
    [OUTPUT_ID]: { Description: 'Current Lambda layer version', Value: REFERENCE },
  };
}

/** Take our entry out again, so that a second packaging in one process asks nobody about it either. */
function withdraw(service) {
  if (isOurs(service.layers?.[NAME])) delete service.layers[NAME];
}

/** A layer that the service packages itself has a path or an artifact; ours has a name only. */
function isOurs(entry) {
  return entry !== undefined && entry.path === undefined && entry.package?.artifact === undefined;
}

module.exports = { add, isOurs, withdraw, layerOf, layerResource, zipFile, LOGICAL_ID, NAME };
