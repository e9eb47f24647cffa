'use strict';

/**
 * What was written, made whole (pure): every setting has a value, every list is a list.
 *
 * The schema has refused what makes no sense, so nothing is checked here.
 */

const DEFAULTS = {
  enabled: true,
  stages: null, // null: every stage
  include: ['*'],
  exclude: [],
  attach: 'auto',
  layerArn: null, // null: the layer of this package
  local: false,
  logs: null, // null: no subscription
  expressLogs: false,
  warnings: true,
  keys: {},
  redact: {},
};

/** Settings of the layer that one function may override; one that nobody wrote is undefined, and the layer's default holds. */
const PER_FUNCTION = [
  'attach',
  'propagation',
  'correlationHeaders',
  'sample',
  'debug',
  'capture',
  'captureBytes',
  'stack',
  'http',
];
const LISTS = ['stages', 'include', 'exclude'];

/** The settings of a service in one stage, from the value of `custom.hopscope`; absent is as `true`. */
function settingsOf(written, stage) {
  const settings = { ...DEFAULTS, ...membersOf(written), ...(written === false ? { enabled: false } : {}) };
  for (const name of LISTS) if (settings[name] !== null) settings[name] = [settings[name]].flat();
  const isThisStage = settings.stages === null || settings.stages.includes(stage);
  return { ...settings, enabled: settings.enabled && isThisStage };
}

/** The settings of one function: its own over the service's, `keys` and `redact` member by member. */
function functionSettings(functionObject, settings) {
  const own = membersOf(functionObject.hopscope);
  const merged = Object.fromEntries(PER_FUNCTION.map((name) => [name, own[name] ?? settings[name]]));
  return { ...merged, keys: { ...settings.keys, ...own.keys }, redact: { ...settings.redact, ...own.redact } };
}

/**
 * Whether a function is asked for: 'named' if somebody wrote so for this very function, 'all' if it was only not
 * left out, null if it was left out.
 */
function selectionOf(name, functionObject, settings) {
  if (!settings.enabled || functionObject.hopscope === false) return null;
  if (functionObject.hopscope) return 'named';
  if (settings.exclude.some((pattern) => matches(pattern, name))) return null;
  if (settings.include.includes(name)) return 'named';
  return settings.include.some((pattern) => matches(pattern, name)) ? 'all' : null;
}

/** The first name in `include` or `exclude` that no function has, as `{setting, name}`; null if there is none. */
function strangerIn({ include, exclude }, functions) {
  const named = Object.entries({ include, exclude }).flatMap(([setting, names]) =>
    names.map((name) => ({ setting, name })),
  );
  return named.find(({ name }) => !name.includes('*') && !(name in functions)) ?? null;
}

/** What was written inside, without what was left empty: in YAML a name with nothing behind it is null. */
function membersOf(written) {
  if (written === null || typeof written !== 'object') return {};
  const members = Object.entries(written).filter(([, value]) => value !== null);
  const isMapping = (value) => typeof value === 'object' && !Array.isArray(value);
  return Object.fromEntries(members.map(([name, value]) => [name, isMapping(value) ? membersOf(value) : value]));
}

/** `*` stands for any letters. */
function matches(pattern, name) {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

module.exports = { settingsOf, functionSettings, selectionOf, strangerIn };
