'use strict';

/**
 * What people may write, as JSON Schema: the framework validates it and names the place of a mistake.
 *
 * `custom.hopscope` holds the settings of the service, `functions.<name>.hopscope` those that one function overrides.
 */

const TEXTS = { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 };
const ARN = { anyOf: [{ type: 'string', pattern: '^arn:' }, { $ref: '#/definitions/awsCfFunction' }] };
const PATH = { type: 'string', pattern: '^[^.,;|=\\s]+(\\.[^.,;|=\\s]+)*$' };

const SHARE = { type: 'number', minimum: 0, maximum: 1 };

/** Never the secret itself: what CloudFormation resolves when it deploys. */
const SECRET = {
  anyOf: [{ type: 'string', pattern: '^\\{\\{resolve:(secretsmanager|ssm):' }, { $ref: '#/definitions/awsCfFunction' }],
};

/** Settings of the layer: every one is a variable of the function, see variables.js. */
const LAYER_SETTINGS = {
  attach: { enum: ['auto', 'wrapper', 'handler'] },
  keys: {
    type: 'object',
    propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_-]*$' },
    additionalProperties: { type: 'array', items: PATH, minItems: 1 },
  },
  propagation: {
    anyOf: [
      { type: 'boolean' },
      { type: 'object', propertyNames: { pattern: '^[^,=\\s]+$' }, additionalProperties: { type: 'boolean' } },
    ],
  },
  correlationHeaders: TEXTS,
  sample: SHARE,
  debug: SHARE,
  capture: { anyOf: [{ type: 'boolean' }, { enum: ['on', 'off', 'error'] }] },
  captureBytes: { type: 'integer', minimum: 0 },
  redact: {
    type: 'object',
    properties: { keys: TEXTS, email: { type: 'boolean' }, secret: SECRET },
    additionalProperties: false,
  },
  stack: { type: 'boolean' },
  http: TEXTS,
};

const LOGS = {
  type: 'object',
  properties: {
    destination: ARN,
    kind: { enum: ['kinesis', 'firehose', 'lambda', 'destination'] },
    role: ARN,
    pattern: { type: 'string' },
    account: { type: 'boolean' },
    except: TEXTS,
  },
  required: ['destination'],
  additionalProperties: false,
};

const CODES = {
  enum: [
    'visibility',
    'filter-deletes',
    'payload-size',
    'no-dead-letters',
    'filters-taken',
    'no-log-group',
    'log-class',
    'express-role',
  ],
};

const WARNINGS = {
  anyOf: [
    { type: 'boolean' },
    {
      type: 'object',
      properties: { ignore: { type: 'array', items: CODES } },
      required: ['ignore'],
      additionalProperties: false,
    },
  ],
};

const SERVICE = {
  anyOf: [
    { type: 'boolean' },
    {
      type: 'object',
      properties: {
        enabled: { type: 'boolean' },
        stages: TEXTS,
        include: TEXTS,
        exclude: TEXTS,
        layerArn: ARN,
        local: { type: 'boolean' },
        logs: LOGS,
        expressLogs: { type: 'boolean' },
        warnings: WARNINGS,
        ...LAYER_SETTINGS,
      },
      additionalProperties: false,
    },
  ],
};

const FUNCTION = {
  anyOf: [{ type: 'boolean' }, { type: 'object', properties: LAYER_SETTINGS, additionalProperties: false }],
};

/** Tell the framework, which rejects what it was not told. */
function register(handler) {
  handler.defineCustomProperties({ type: 'object', properties: { hopscope: SERVICE } });
  handler.defineFunctionProperties('aws', { type: 'object', properties: { hopscope: FUNCTION } });
}

module.exports = { register };
