"""The declared topology of a live account, by calls that only read.

asking      lists and describes, names what it was not allowed to read
buses       rules, pipes, schedules          topics    subscriptions
functions   functions, event sources, destinations, their DLQs
queues      queues and redrives              machines  state machines and what their tasks send
others      APIs, buckets, streams           roles     where functions may send
document    all of it as the file that `serverless hopscope topology` writes; ids are ARNs
"""

from hopscope_collector.topology.account.document import Declared, declared_in

__all__ = ["Declared", "declared_in"]
