-- The SQLite store, schema 3, with summaries.sql and blocks.sql beside it.
--
-- Records are never changed and never assembled here: a slot keeps the lines as they came, flows are made at read.
-- Everything a write does (records, index, counters, positions) is one transaction.

-- Where the record lines are. A slot is one microsecond's share of invocations: `id` is the start of the invocation
-- in epoch microseconds times 512, plus nine bits of the invocation id. The begin and the end of an invocation
-- have the same start, so they meet in the same slot; a repeated line is found by looking into one slot; and because
-- ids grow with time, new rows land at the end of the tree however large it is.
CREATE TABLE slot (
    id    INTEGER PRIMARY KEY,
    lines BLOB NOT NULL            -- record lines, UTF-8, joined by newlines; each line once, in order of arrival
) STRICT;

-- Which slots an id may be in: sorted runs, see store/id_runs.py. A hit is a candidate: the reader looks into the line
-- before it believes it.
CREATE TABLE id_run (
    run           INTEGER PRIMARY KEY,  -- small, used again when a run was merged
    made          INTEGER NOT NULL,     -- order in which runs were made
    entries       INTEGER NOT NULL,
    slots         INTEGER NOT NULL,
    greatest_slot INTEGER NOT NULL
) STRICT;
CREATE TABLE id_page (
    id      INTEGER PRIMARY KEY,        -- run, 32 bits of the first entry's hash, 11 bits that count equal ones
    entries BLOB NOT NULL               -- up to 496 of 64 bits, big-endian, ascending: hash, number of the slot
) STRICT;
CREATE TABLE id_slots (
    id    INTEGER PRIMARY KEY,          -- run, number of the page within the run
    slots BLOB NOT NULL                 -- 496 of 64 bits, big-endian; the last page has the rest
) STRICT;

-- What the platform and brokers said (facts.py), once each, by time.
CREATE TABLE fact (
    at_us INTEGER NOT NULL,
    id    INTEGER NOT NULL,        -- 64 bits of a hash of `body`
    hash  INTEGER NOT NULL,        -- of the request id or the message's id, as in the runs
    body  TEXT NOT NULL,           -- JSON object of the fact
    PRIMARY KEY (at_us, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_by_request ON fact (hash);

-- Lines that were refused: a fingerprint seen again is a repeat.
CREATE TABLE refused_line (fingerprint INTEGER PRIMARY KEY) STRICT;
CREATE TABLE refused (
    reason  TEXT PRIMARY KEY,
    lines   INTEGER NOT NULL,
    source  TEXT NOT NULL,         -- of the first such line
    place   TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- received = stored + repeated + the sum of refused.lines; kept = stored - pruned
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('stored', 0), ('repeated', 0), ('pruned', 0);

-- Where each source goes on.
CREATE TABLE position (
    source   TEXT PRIMARY KEY,
    position TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What each write touched, for live views; the oldest rows go when there are many. AUTOINCREMENT: a token is never
-- given twice.
CREATE TABLE change (
    token INTEGER PRIMARY KEY AUTOINCREMENT,
    ids   TEXT                     -- JSON list of trace ids and refs of facts; null: too many to name
) STRICT;
