"""The invocation that runs now, and which of its messages is being handled.

State: one module-level slot, set by `invocation.begin` and cleared by `invocation.end`. Lambda runs one invocation at
a time in a process (Managed Instances fork a process for each), so threads and coroutines of a function all belong to
the invocation in this slot. Which message is current is told by `batch.py`; it holds for the thread that iterates.
"""

from _thread import get_ident
from itertools import count

from hopscope_layer.guard import never_break_the_user, note
from hopscope_wire.context import Context, carrier_of, send_id
from hopscope_wire.fields import MAX_KEYS, MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import ContextVar

    from hopscope_layer.arrive.message import Arrived
    from hopscope_layer.depart.call import Call
    from hopscope_layer.settings import Settings


class Place:
    """Where the function is in its batch.

    Who takes several records out before anybody asks where it is may be ahead of what it works on. A `for` loop over
    the batch itself is not: it left records out. But several messages sent at once are then made of several records.
    """

    __slots__ = ("index", "is_ahead", "is_loop", "pulled", "thread")

    def __init__(self, *, is_loop: bool) -> None:
        self.is_loop = is_loop
        self.is_ahead = False
        self.index: "int | None" = None
        """The record that was taken last; None for one that is not of the batch."""
        self.pulled = 0
        """Records taken since somebody asked."""
        self.thread = 0


class Invocation:
    """One run of the function, from its begin record to its end record."""

    __slots__ = (
        "arrived", "begin", "carrier_ends", "correlation", "flags", "identity", "invocation_id", "is_annotated", "keys",
        "numbers", "place", "records", "sends", "settings", "skipped", "started_ns", "trace_id",
        "untold", "untold_bytes",
    )  # fmt: skip

    def __init__(self, settings: "Settings", invocation_id: str, trace_id: str) -> None:
        self.settings = settings
        self.invocation_id = invocation_id
        self.trace_id = trace_id
        self.correlation: "str | None" = None
        """None when it is the trace id."""
        self.flags = 1
        self.arrived: "list[Arrived]" = []
        self.keys: "dict[str, str]" = {}
        self.sends: "list[dict[str, object]]" = []
        self.skipped: "dict[str, int]" = {}
        self.identity: "dict[str, object]" = {}
        """The fields that begin and end records share."""
        self.begin: "dict[str, object] | None" = None
        """The begin record while it is held back: the flow is not sampled, only an error is going to write it."""
        self.is_annotated = False
        """Whether a subsegment of X-Ray has the correlation id."""
        self.records: "list[object]" = []
        """The records of a batch as the function was given them."""
        self.started_ns = 0
        self.place: "Place | None" = None
        """Where the function is in its batch; None while it does not iterate."""
        self.numbers = count(1)
        self.carrier_ends: "tuple[str, str] | None" = None
        """What stands before and after the id of a send in a carrier, while all sends share it."""
        self.untold: "list[tuple[Call, dict[str, object], dict[str, object]]]" = []
        """Calls, entries and sends of messages that are described when the invocation ends: all at once costs less."""
        self.untold_bytes = 0

    def message_index(self, sends: int = 1) -> "int | None":
        """The message that the caller works on, None when only the batch is known.

        `sends` is how many messages the caller is about to send at once.
        """
        if len(self.arrived) == 1:
            return 0
        if task_message is not None:
            index = task_message.get()
            if index is not None and index[0] is self:
                return index[1]
        place = self.place
        if place is None or get_ident() != place.thread:
            return None
        pulled, place.pulled = place.pulled, 0
        if pulled > 1 and not place.is_loop:
            place.is_ahead = True
        return None if place.is_ahead or (pulled > 1 and sends > 1) else place.index

    def next_carrier(self, index: "int | None") -> "tuple[str, str, str]":
        """Trace id, send id and carrier of the next send, in the trace of the message that it belongs to."""
        sent = send_id(self.invocation_id, next(self.numbers))
        if index is None or len(self.arrived) < 2:
            if self.carrier_ends is None:
                carrier = carrier_of(Context(self.trace_id, sent, self.flags, self.correlation))
                self.carrier_ends = (carrier[:36], carrier[52:])
            return self.trace_id, sent, sent.join(self.carrier_ends)
        message = self.arrived[index]
        trace_id = str(message.fields.get("traceId") or self.trace_id)
        flags = message.context.flags if message.context is not None else self.flags
        return trace_id, sent, carrier_of(Context(trace_id, sent, flags, message.correlation))

    def tell_all(self) -> None:
        """Describes the sends that wait for it."""
        untold, self.untold = self.untold, []
        for call, entry, sent in untold:
            try:
                call.tell(entry, sent)
            except Exception as fault:  # noqa: BLE001  the others are described all the same
                note("describe a send", fault)


invocation: "Invocation | None" = None

at_begin: "list[Callable[[Invocation], None]]" = []
at_end: "list[Callable[[Invocation], None]]" = []
"""Called for each invocation by libraries that we live with (`integrations`)."""

task_message: "ContextVar[tuple[Invocation, int] | None] | None" = None
"""The message of the current task; None until an asynchronous batch processor is there."""

active_span_id: "Callable[[], str | None] | None" = None
"""Tells the id of OpenTelemetry's active span; None until OpenTelemetry is there."""


def enter_record(record: object) -> None:
    """Remembers for the current task that it works on this record."""
    now = invocation
    if now is None or task_message is None:
        return
    for index, each in enumerate(now.records):
        if each is record:
            task_message.set((now, index))


def correlation_id() -> "str | None":
    """The id that people know this flow by; None outside an invocation that the layer records."""
    with never_break_the_user("tell the correlation id"):
        now = invocation
        if now is None:
            return None
        index = now.message_index()
        if index is not None and len(now.arrived) > 1:
            message = now.arrived[index]
            return message.correlation or str(message.fields.get("traceId") or now.trace_id)
        return now.correlation or now.trace_id
    return None


def annotate(*ignored: object, **keys: object) -> None:
    """Adds business keys to this invocation: `annotate(order_id=order.id)`. Without the layer it does nothing."""
    with never_break_the_user("annotate the invocation"):
        if ignored:
            note("annotate", TypeError("a key needs a name: annotate(order_id=order.id)"))
        now = invocation
        if now is not None:
            for name, value in keys.items():
                if value is not None and (name in now.keys or len(now.keys) < MAX_KEYS):
                    now.keys[name] = str(value)[:MAX_TEXT_CHARS]
