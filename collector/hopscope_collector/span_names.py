"""What our spans carry beside the semantic conventions: written by `export/spans.py`, read again by OTLP in (pure).

    a hop    kind CONSUMER (SERVER for HTTP, INTERNAL when nobody knows who asked); span id: the invocation id for its
             first message, else made of the hop's id; parent: the send that an exact link of its trace names
    a send   kind PRODUCER; span id: the send's own id, which is also what our carrier names; parent: its hop
    a link   from the hop's span to the span of what led to it, with evidence, detail and waited time
    a wait   an event `hopscope.wait` on the span of the hop after which the waiting began

The standard attributes hold as much of this as they have words for; these hold the rest, so that a flow that leaves
and comes back is the same flow.
"""

from typing import Final

RECORD: Final = "hopscope.record"
"""`hop` or `send`: whoever reads the span back knows what it was."""

FLOW: Final = "hopscope.flow.id"
ID: Final = "hopscope.id"
"""Of the hop or the send, as `hopscope show --json` names it."""

REFS: Final = "hopscope.refs"
"""Ids of the providers, outermost first: a list of texts."""

NAME: Final = "hopscope.name"
STATUS: Final = "hopscope.status"
ATTEMPT: Final = "hopscope.attempt"
SOURCE: Final = "hopscope.source"
"""Of a hop, who delivered its message; of a send, the source of its event."""

ORIGIN: Final = "hopscope.origin"
SENT_US: Final = "hopscope.sent_us"
DEADLINE_US: Final = "hopscope.deadline_us"
BATCH_SIZE: Final = "hopscope.batch_size"
CORRELATION_ID: Final = "hopscope.correlation_id"
KEY_PREFIX: Final = "hopscope.key."
"""A business key each: `hopscope.key.order_id`."""

DELIVERY_PREFIX: Final = "hopscope.delivery."
"""A fact of the delivery each: `hopscope.delivery.replay-name`."""

HAS_OWN_TRACE: Final = "hopscope.has_own_trace"
SENT_BY: Final = "hopscope.sent_by"
"""Id of the send that the message's carrier names."""

ROOT: Final = "hopscope.root"
"""X-Ray Root of the invocation, 32 hex digits."""

MESSAGE_ROOT: Final = "hopscope.message_root"
"""X-Ray Root that the message brought."""

BODY_HASH: Final = "hopscope.body_hash"

SERVICE: Final = "hopscope.service"
OPERATION: Final = "hopscope.operation"
DESTINATION: Final = "hopscope.destination"
OF_BATCH: Final = "hopscope.of_batch"
CARRIED: Final = "hopscope.carried"
SKIPPED: Final = "hopscope.skipped"
DURATION_US: Final = "hopscope.duration_us"
"""Of the send's call. Absent when its response never came."""

ENDED: Final = "hopscope.ended"
"""False on the span of a hop whose end is not known: a span must have one."""

EVIDENCE: Final = "hopscope.evidence"
"""On a link: every kind, strongest first."""

DETAIL: Final = "hopscope.detail"
WAITED_US: Final = "hopscope.waited_us"
WAIT_EVENT: Final = "hopscope.wait"
"""An event with `hopscope.wait.after`, `.expected`, `.state` and `.due_us`."""
