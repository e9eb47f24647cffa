-- Flows as they were last assembled: a cache. Everything here can be made again from the records; see summaries/.

-- A flow stands at its last recorded invocation. `invocation` is its id as a number less 2^63, which keeps the order.
CREATE TABLE summary (
    last_us    INTEGER NOT NULL,
    invocation INTEGER NOT NULL,
    flow       TEXT NOT NULL,
    traits     INTEGER NOT NULL,   -- 0: not like any others
    started_us INTEGER NOT NULL,
    took_us    INTEGER,            -- null while it goes on
    hops       INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    until_us   INTEGER,            -- when it must be assembled again; null: never
    words      TEXT NOT NULL,      -- keys and ids of the flow as a whole
    silent     TEXT,               -- JSON list of destinations where nobody received what it sent; null: none
    number     INTEGER NOT NULL,   -- of its summary_flow
    PRIMARY KEY (last_us, invocation, flow)
) STRICT, WITHOUT ROWID;
CREATE INDEX summary_by_traits ON summary (traits, last_us, invocation, flow);
CREATE INDEX summary_by_until ON summary (until_us) WHERE until_us IS NOT NULL;
CREATE INDEX summary_by_silence ON summary (silent) WHERE silent IS NOT NULL;

-- The flow itself, packed; apart, so that rows are read in many without it.
CREATE TABLE summary_flow (
    number INTEGER PRIMARY KEY,
    packed BLOB NOT NULL
) STRICT;

-- What flows have in common: status, kind, functions, names, errors.
CREATE TABLE summary_traits (
    number INTEGER PRIMARY KEY,
    traits TEXT NOT NULL UNIQUE    -- JSON
) STRICT;

-- Stretches of time all of whose invocations are in a summary, or named below.
CREATE TABLE summary_covered (
    low_us  INTEGER PRIMARY KEY,
    high_us INTEGER NOT NULL       -- exclusive
) STRICT;

-- Trace ids and refs that got a record or a fact within a covered stretch.
CREATE TABLE summary_stale (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Who was seen to receive from which queue or topic.
CREATE TABLE summary_consumer (
    destination TEXT NOT NULL,
    function    TEXT NOT NULL,
    PRIMARY KEY (destination, function)
) STRICT, WITHOUT ROWID;

-- `rules`: a hash of the rules they were made by; `era`: counts how often everything was thrown away.
CREATE TABLE summary_made (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
