'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { apply, changesOf } = require('../lib/attach');
const { settingsOf } = require('../lib/settings');

const LAYER = { Ref: 'HopscopeLambdaLayer' };

function aService(functions, provider = {}) {
  return { provider: { runtime: 'python3.12', ...provider }, functions };
}

function aFunction(own = {}) {
  return { handler: 'app.handler', ...own };
}

function changes(service, written = true, config = {}) {
  return changesOf(service, { settings: settingsOf(written, 'dev'), layer: LAYER, unzippedBytes: () => 0, ...config });
}

/** What a function looks like once it is attached. */
function attached(own, provider = {}, written = true) {
  const service = aService({ one: aFunction(own) }, provider);
  apply(service, changes(service, written));
  return service.functions.one;
}

test('one line is enough: layer and wrapper, and the handler as it was', () => {
  assert.deepEqual(attached(), {
    handler: 'app.handler',
    layers: [LAYER],
    environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/hopscope' },
  });
});

test('twice is as once, whichever way the layer is attached', () => {
  const ways = [
    {},
    { hopscope: { attach: 'handler' } },
    { hopscope: { attach: 'wrapper' }, environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/other' } },
    { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/other' } },
  ];
  for (const way of ways) {
    const service = aService({ one: aFunction(way) });
    apply(service, changes(service));
    const once = structuredClone(service);
    apply(service, changes(service));

    assert.deepEqual(service, once);
  }
});

test('how the layer gets around the handler', () => {
  const other = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/other' };
  const cases = [
    [{}, 'auto', 'app.handler', { AWS_LAMBDA_EXEC_WRAPPER: '/opt/hopscope' }],
    [{}, 'wrapper', 'app.handler', { AWS_LAMBDA_EXEC_WRAPPER: '/opt/hopscope' }],
    [{}, 'handler', 'hopscope_layer.handler', { HOPSCOPE_HANDLER: 'app.handler' }],
    [other, 'auto', 'hopscope_layer.handler', { ...other, HOPSCOPE_HANDLER: 'app.handler' }],
    [other, 'handler', 'hopscope_layer.handler', { ...other, HOPSCOPE_HANDLER: 'app.handler' }],
    [other, 'wrapper', 'app.handler', { AWS_LAMBDA_EXEC_WRAPPER: '/opt/hopscope', HOPSCOPE_WRAPPED: '/opt/other' }],
  ];
  for (const [environment, attach, handler, expected] of cases) {
    const one = attached({ environment, hopscope: { attach } });

    assert.deepEqual([one.handler, one.environment], [handler, expected]);
  }
});

test("the provider's wrapper counts as the function's, and a function may take it away", () => {
  const provider = { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/other' } };

  assert.equal(attached({}, provider).handler, 'hopscope_layer.handler');
  assert.equal(
    attached({ environment: { AWS_LAMBDA_EXEC_WRAPPER: null } }, provider).environment.AWS_LAMBDA_EXEC_WRAPPER,
    '/opt/hopscope',
  );
});

test("the provider's layers stay, for a function's own list replaces them", () => {
  assert.deepEqual(attached({}, { layers: ['arn:a'] }).layers, ['arn:a', LAYER]);
  assert.deepEqual(attached({ layers: ['arn:b'] }, { layers: ['arn:a'] }).layers, ['arn:b', LAYER]);
});

test('settings are variables, and a variable that the author wrote stands', () => {
  const written = {
    keys: { order_id: ['detail.orderId', 'body.orderId'] },
    propagation: { sqs: false, '*audit*': true },
    correlationHeaders: ['x-id'],
  };
  const wrapper = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/hopscope' };
  const all = {
    ...wrapper,
    HOPSCOPE_KEYS: 'order_id=detail.orderId|body.orderId',
    HOPSCOPE_PROPAGATION: 'sqs=off,*audit*=on',
    HOPSCOPE_CORRELATION_HEADERS: 'x-id',
  };

  assert.deepEqual(attached({}, {}, written).environment, all);
  assert.deepEqual(attached({ environment: { HOPSCOPE_KEYS: 'mine=body.id' } }, {}, written).environment, {
    ...all,
    HOPSCOPE_KEYS: 'mine=body.id',
  });
  assert.deepEqual(
    attached({ hopscope: { propagation: false, keys: { user: ['body.user'] } } }, {}, written).environment,
    {
      ...all,
      HOPSCOPE_PROPAGATION: 'off',
      HOPSCOPE_KEYS: 'order_id=detail.orderId|body.orderId,user=body.user',
    },
  );
});

test('who is attached', () => {
  const functions = () => ({
    orderPlace: aFunction(),
    orderInternal: aFunction(),
    admin: aFunction(),
    off: aFunction({ hopscope: false }),
    on: aFunction({ hopscope: true }),
  });
  const cases = [
    [true, ['orderPlace', 'orderInternal', 'admin', 'on']],
    [undefined, ['orderPlace', 'orderInternal', 'admin', 'on']],
    [false, []],
    [{ enabled: false }, []],
    [{ stages: ['prod'] }, []],
    [{ stages: ['prod', 'dev'], include: ['order*'] }, ['orderPlace', 'orderInternal', 'on']],
    [{ include: ['order*'], exclude: ['*Internal'] }, ['orderPlace', 'on']],
    [{ include: ['admin', 'off'] }, ['admin', 'on']],
    [{ exclude: 'order.*' }, ['orderPlace', 'orderInternal', 'admin', 'on']],
  ];
  for (const [written, expected] of cases) {
    assert.deepEqual(
      changes(aService(functions()), written).map((change) => change.function),
      expected,
    );
  }
});

test('what AWS would refuse is said now, and the function is left as it is', () => {
  const cases = [
    [{ image: 'x@sha256:1', handler: undefined }, {}, /a container image takes no layers/],
    [{ events: [{ cloudFront: { origin: 's3://x' } }] }, {}, /Lambda@Edge/],
    [{ runtime: 'nodejs22.x' }, {}, /its runtime is nodejs22.x/],
    [{ runtime: 'python3.9' }, {}, /its runtime is python3.9/],
    [{ runtime: 'provided.al2023' }, {}, /provided.al2023/],
    [{ layers: ['a', 'b', 'c', 'd', 'e'] }, {}, /it has 5 layers, and AWS takes 5 with ours/],
    [{}, { unzippedBytes: () => 251 * 1024 * 1024 }, /251 MiB unzipped with ours, and AWS takes 250/],
    [{ environment: { BIG: 'x'.repeat(4090) } }, {}, /its environment is 41\d\d bytes with ours, and AWS takes 4096/],
  ];
  for (const [own, config, reason] of cases) {
    const service = aService({ one: aFunction(own) });
    const before = structuredClone(service);
    const [change] = changes(service, true, config);
    apply(service, [change]);

    assert.match(change.refused, reason);
    assert.equal(change.isNamed, false);
    assert.deepEqual(service, before);
  }
});

test('a function that was named must be attached', () => {
  const named = [
    [{ hopscope: true }, true],
    [{ hopscope: { attach: 'handler' } }, true],
    [{}, { include: ['one'] }],
  ];
  for (const [own, written] of named) {
    assert.equal(changes(aService({ one: aFunction({ runtime: 'ruby3.3', ...own }) }), written)[0].isNamed, true);
  }
});

test('four layers and ours are five', () => {
  assert.equal(changes(aService({ one: aFunction({ layers: ['a', 'b', 'c', 'd'] }) }))[0].refused, undefined);
});

test('every setting of the layer has its variable', () => {
  const secret = { 'Fn::Sub': '{{resolve:secretsmanager:hopscope}}' };
  const written = {
    sample: 0.1,
    debug: 0,
    capture: 'error',
    captureBytes: 100,
    redact: { keys: ['iban', 'pin'], email: true, secret },
    stack: true,
    http: 'api.shop.example',
  };

  assert.deepEqual(attached({ hopscope: { redact: { email: false }, capture: true } }, {}, written).environment, {
    AWS_LAMBDA_EXEC_WRAPPER: '/opt/hopscope',
    HOPSCOPE_SAMPLE: '0.1',
    HOPSCOPE_DEBUG: '0',
    HOPSCOPE_CAPTURE: 'on',
    HOPSCOPE_CAPTURE_BYTES: '100',
    HOPSCOPE_REDACT_KEYS: 'iban,pin',
    HOPSCOPE_REDACT_EMAIL: 'off',
    HOPSCOPE_REDACT_SECRET: secret,
    HOPSCOPE_STACK: 'on',
    HOPSCOPE_HTTP: 'api.shop.example',
  });
});

test('a name with nothing behind it says nothing', () => {
  const empty = { enabled: null, keys: null, include: null, redact: { keys: null }, propagation: null, logs: null };
  const only = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/hopscope' };

  assert.deepEqual(attached({}, {}, empty).environment, only);
  assert.deepEqual(attached({ hopscope: null }).environment, only);
  assert.deepEqual(attached({ hopscope: { keys: { order_id: null } } }).environment, only);
  assert.deepEqual(changes(aService({ one: aFunction({ runtime: 'ruby3.3', hopscope: null }) }))[0].isNamed, false);
});
