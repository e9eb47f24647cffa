'use strict';

/** What holds for every service: drawn ones, the same in every run. */

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { apply, changesOf } = require('../lib/attach');
const { settingsOf } = require('../lib/settings');

const DRAWN = 3000;
const LAYER = { Ref: 'HopscopeLambdaLayer' };

/** A generator of numbers from 0 to 1 (mulberry32), so that a failure can be repeated. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function draw(next) {
  const one = (...choices) => choices[Math.floor(next() * choices.length)];
  const maybe = (name, ...choices) => one({}, { [name]: one(...choices) });
  const environment = () => ({
    ...maybe('AWS_LAMBDA_EXEC_WRAPPER', '/opt/other', '/opt/hopscope', null, { Ref: 'Wrapper' }),
    ...maybe('HOPSCOPE_KEYS', 'mine=body.id', null),
    ...maybe('TABLE', 'orders', { Ref: 'Table' }, null, 7),
  });
  const layers = () => one(['arn:a'], ['arn:a', { Ref: 'MenuLambdaLayer' }], [], ['1', '2', '3', '4', '5'], [LAYER]);
  const aFunction = () => ({
    ...one({ handler: 'app.handler' }, { handler: 'a/b.c' }, { image: 'x@sha256:1' }),
    ...maybe('runtime', 'python3.10', 'python3.14', 'nodejs22.x', 'python3.9'),
    ...maybe('layers', layers()),
    ...maybe('environment', environment()),
    ...maybe('hopscope', true, false, { attach: 'wrapper' }, { attach: 'handler' }, { keys: { user: ['body.user'] } }),
    ...maybe('timeout', 3, 900),
  });
  const service = {
    provider: {
      ...maybe('runtime', 'python3.12', 'nodejs22.x'),
      ...maybe('layers', layers()),
      ...maybe('environment', environment()),
    },
    functions: Object.fromEntries(['one', 'two', 'three'].map((name) => [name, aFunction()])),
  };
  const written = one(
    true,
    false,
    { include: ['t*'] },
    { exclude: ['two'] },
    { attach: 'wrapper' },
    { attach: 'handler' },
  );
  return { service, settings: settingsOf(written, 'dev') };
}

/** `[before, after, changes]` of every drawn service. */
function* attachings() {
  const next = random(42);
  for (let count = 0; count < DRAWN; count += 1) {
    const { service, settings } = draw(next);
    const before = structuredClone(service);
    const config = { settings, layer: LAYER, unzippedBytes: () => 0 };
    const changes = changesOf(service, config);
    assert.deepEqual(service, before, 'looking changes nothing');
    apply(service, changes);
    yield [before, service, changes, config];
  }
}

test('twice is as once', () => {
  for (const [, service, , config] of attachings()) {
    const once = structuredClone(service);
    apply(service, changesOf(service, config));

    assert.deepEqual(service, once);
  }
});

test('only handler, layers and environment of a changed function change, and nothing of anything else', () => {
  for (const [before, after, changes] of attachings()) {
    const changed = changes.filter(({ refused }) => !refused).map((change) => change.function);
    for (const [name, functionObject] of Object.entries(after.functions)) {
      const { handler, layers, environment, ...rest } = functionObject;
      const { handler: h, layers: l, environment: e, ...restBefore } = before.functions[name];
      assert.deepEqual(rest, restBefore);
      if (!changed.includes(name)) assert.deepEqual([handler, layers, environment], [h, l, e]);
    }
    assert.deepEqual(after.provider, before.provider);
  }
});

test("the author's layers, variables and handler are all still there, and at most five layers", () => {
  for (const [before, after, changes] of attachings()) {
    for (const change of changes.filter(({ refused }) => !refused)) {
      const was = before.functions[change.function];
      const is = after.functions[change.function];
      const layers = was.layers ?? before.provider.layers ?? [];
      assert.deepEqual(is.layers.slice(0, layers.length), layers);
      assert.ok(is.layers.length <= 5);
      assert.equal(is.layers.filter((layer) => layer.Ref === LAYER.Ref).length, 1);
      assert.ok([is.handler, is.environment.HOPSCOPE_HANDLER].includes(was.handler));
      const wrapper = was.environment?.AWS_LAMBDA_EXEC_WRAPPER ?? null;
      const wrappers = [is.environment.AWS_LAMBDA_EXEC_WRAPPER, is.environment.HOPSCOPE_WRAPPED];
      if (wrapper !== null) assert.ok(wrappers.some((each) => JSON.stringify(each) === JSON.stringify(wrapper)));
      if (was.environment && 'TABLE' in was.environment) assert.deepEqual(is.environment.TABLE, was.environment.TABLE);
    }
  }
});

test('what was left out is not even looked at', () => {
  for (const [before, , changes] of attachings()) {
    for (const change of changes) assert.notEqual(before.functions[change.function].hopscope, false);
  }
});
