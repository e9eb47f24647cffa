"""Flows as they were last assembled, kept so that a list need not assemble them again.

Nothing here is the truth: records are. A summary is a cache of what `flows_of()` said, keyed by the flow's last
recorded invocation, and can be thrown away at any moment.

    traits     what many flows have in common: a filter is compared with it once, not with every flow (pure)
    standing   until when a status stands if nothing more is recorded (pure)
    packing    a flow as bytes and back (pure)
    covered    which stretches of time are summarised (pure)
    entry      a flow as one row (pure)
    sieve      which rows may fit a filter (pure)
    shelf      the rows in SQLite: in the store's own file, or in this process's memory
    keeper     keeps shelves up to date and reads them from the top

When a summary is made again: an id of its flow got a record or a fact; its moment came (a deadline, the end of a
retry budget); a consumer was seen to receive from a destination for the first time, and the flow sent there in vain; a
key of it turned out to be in too many records to join anything. Not when pruning leaves few enough of them again.
"""
