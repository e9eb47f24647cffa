'use strict';

/** The declared topology of a compiled template (pure). plugin/README.md documents the format. */

const { decided } = require('../conditions');
const { ownNodes, foreignNode } = require('./nodes');
const { rules, pipes, schedules } = require('./buses');
const { subscriptions } = require('./topics');
const { eventSources, destinations, redrives, bucketNotifications, apiRoutes } = require('./functions');
const { permitted, tasks } = require('./senders');

const VERSION = 1;
const ROUTES = [
  rules,
  pipes,
  schedules,
  subscriptions,
  eventSources,
  destinations,
  redrives,
  bucketNotifications,
  apiRoutes,
];

/** `about` is `{service, stage, region}`. The same template gives the same text: everything is sorted. */
function topologyOf(compiled, about) {
  const template = decided(compiled);
  const routes = ROUTES.flatMap((read) => read(template)).filter(hasEnds);
  const sends = [...permitted(template), ...tasks(template)].filter(({ to }) => to !== null && to !== '*');
  const own = ownNodes(template);
  const known = new Set(own.map(({ id }) => id));
  const named = [...routes, ...sends].flatMap((each) => [each.from, each.to, each.dead_letters].flat()).filter(Boolean);
  const buses = new Set(routes.filter(({ kind }) => kind === 'rule').map(({ from }) => from));
  const foreign = [...new Set(named.filter((id) => !known.has(id)))].map((id) => foreignNode(id, buses.has(id)));
  return {
    hopscope: VERSION,
    topology: { ...about, nodes: sorted([...own, ...foreign]), routes: sorted(routes), sends: sorted(sends) },
  };
}

/** Only a schedule comes from nowhere. */
function hasEnds({ kind, from, to }) {
  return to !== null && (from !== null || kind === 'schedule');
}

function sorted(entries) {
  const keyed = entries.map((entry) => [
    `${entry.id ?? ''} ${entry.from ?? ''} ${entry.to ?? ''} ${JSON.stringify(entry)}`,
    entry,
  ]);
  return keyed.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)).map(([, entry]) => entry);
}

module.exports = { topologyOf };
