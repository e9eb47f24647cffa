"""`hopscope collect --export otlp:URL`: what the store holds, as spans to a backend, each once.

    store ──changed ids──▶ flows ──hops that are over, for a while──▶ spans ──▶ backend ──▶ position
                                                                      not sent yet

A feed is a source that reads the store and brings no lines: so it runs beside the others, and its position is stored as
theirs are. A hop is sent when it is over and nothing of its flow changed for a while, so that late records still
find their place. What was sent is remembered by the ids of its spans; a kill between sending and storing the position
sends some again under the same ids.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from opentelemetry.sdk.trace import ReadableSpan

from hopscope_collector import span_names as names
from hopscope_collector.errors import SourceFailed
from hopscope_collector.export.otlp import NotExported
from hopscope_collector.export.spans import span_key, spans_of
from hopscope_collector.flow import Flow
from hopscope_collector.query import Flows, all_ids_of
from hopscope_collector.rules import Rules
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.store.contract import Seen, Store
from hopscope_collector.wall_clock import wall_clock_us

QUIET_S = 10.0
"""How long nothing of a flow must have changed before its hops are sent."""

POLL_S = 2.0
AT_ONCE = 2_000
"""Spans that are handed over together, about."""

MOST_REMEMBERED = 50_000
"""Spans that are known to have been sent; of older ones a change sends them again, under the same ids."""

LOOKED_AT_AGAIN_US = 60_000_000
"""After so long for what still runs: that it timed out is no change of the store."""

_KEY_DIGITS = 16
_LONGEST_PAUSE_S = 60.0


class Taker(Protocol):
    """Where spans go."""

    endpoint: str

    def take(self, spans: Sequence[ReadableSpan]) -> str | None:
        """Hand over all of them, or raise `NotExported`; what there is to say of those that were refused for good."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How a feed goes on."""

    is_followed: bool = True
    quiet_s: float = QUIET_S
    poll_s: float = POLL_S

    def pause_s(self, failures: int) -> float:
        """Before the next look, after so many failures in a row: a backend may be away for days."""
        return min(self.poll_s * 2.0 ** min(failures, 10), _LONGEST_PAUSE_S)


@dataclass(slots=True)
class _State:
    """What is stored as the position."""

    token: int = 0
    pending: dict[str, int] = field(default_factory=dict)
    """Ids that changed, and when that was seen, epoch microseconds: their flows are looked at when it is quiet."""

    sent: dict[str, None] = field(default_factory=dict)
    """Ids of spans that were taken, oldest first."""

    @classmethod
    def of(cls, position: str | None) -> "_State":
        found = json.loads(position) if position else {}
        text = found.get("sent", "")
        keys = [text[at : at + _KEY_DIGITS] for at in range(0, len(text), _KEY_DIGITS)]
        return cls(found.get("token", 0), found.get("pending", {}), dict.fromkeys(keys))

    @property
    def position(self) -> str:
        return json.dumps({"token": self.token, "pending": self.pending, "sent": "".join(self.sent)})

    def remember(self, keys: Iterable[str]) -> None:
        """These were sent; the oldest are forgotten."""
        self.sent.update(dict.fromkeys(keys))
        for forgotten in list(islice(self.sent, max(len(self.sent) - MOST_REMEMBERED, 0))):
            del self.sent[forgotten]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A flow's spans on their way."""

    flow_id: str
    ids: frozenset[str]
    spans: Sequence[ReadableSpan]
    is_running: bool


class SpanFeed:
    """The flows of a store on their way to a backend. Its `lines()` hold no text, only positions."""

    def __init__(self, taker: Taker, open_store: Callable[[], Store], rules: Rules, pace: Pace = Pace()) -> None:
        self.name = f"otlp:{taker.endpoint}"
        self._taker = taker
        self._open_store = open_store
        self._rules = rules
        self._pace = pace
        self._failures = 0

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        """As in `Source`."""
        state = _State.of(position)
        yield Lines(is_idle=True)  # what the sources before it gathered is written before the store is read
        with self._open_store() as store:
            flows = Flows(store, self._rules, wall_clock_us)
            while not stop.is_set:
                yield from self._round(state, store, flows)
                if not self._pace.is_followed:
                    return
                if stop.sleep(self._pace.pause_s(self._failures)):
                    return

    def _round(self, state: _State, store: Store, flows: Flows) -> Iterator[Lines]:
        """Look at what changed, send what is quiet, say where we stand."""
        now_us = wall_clock_us()
        before = (state.token, len(state.pending), len(state.sent))
        self._note_changes(state, store, now_us)
        quiet = [each for each, seen_us in state.pending.items() if self._is_quiet(seen_us, now_us)]
        try:
            ready: list[_Ready] = []
            for flow, found_by in _flows_having(quiet, flows, state):
                ready.append(_ready(flow, found_by, state))
                if sum(len(each.spans) for each in ready) >= AT_ONCE:
                    yield from self._hand_over(ready, state)
                    ready = []
            yield from self._hand_over(ready, state)
        except NotExported as error:
            self._failures += 1
            if not self._pace.is_followed:
                raise SourceFailed(f"{self.name}: {error}") from error
            yield Lines(notice=f"{error}; it is tried again", position=state.position, is_idle=True)
            return
        self._failures = 0
        if before != (state.token, len(state.pending), len(state.sent)):
            yield Lines(position=state.position, is_idle=True)

    def _note_changes(self, state: _State, store: Store, now_us: int) -> None:
        changes = store.changes_since(state.token)
        ids = changes.ids
        if changes.is_everything:
            ids = tuple(dict.fromkeys(each.trace_id for each in _all_seen(store)))
        state.pending.update(dict.fromkeys(ids, now_us))
        state.token = changes.token

    def _is_quiet(self, seen_us: int, now_us: int) -> bool:
        return not self._pace.is_followed or now_us - seen_us >= self._pace.quiet_s * 1e6

    def _hand_over(self, ready: Sequence[_Ready], state: _State) -> Iterator[Lines]:
        """What was taken is remembered; while something runs its flow is looked at again, records or not."""
        spans = [span for each in ready for span in each.spans]
        said = self._taker.take(spans) if spans else None
        if said is not None:
            yield Lines(notice=said, is_idle=True)
        state.remember(map(_key, spans))
        for each in ready:
            for known in each.ids & state.pending.keys():
                del state.pending[known]
            if each.is_running and self._pace.is_followed:
                state.pending[each.flow_id] = wall_clock_us() + LOOKED_AT_AGAIN_US


def _ready(flow: Flow, found_by: str, state: _State) -> _Ready:
    """What of a flow is over and was not sent yet."""
    running = {hop.id for hop in flow.hops if not hop.is_over}
    spans = [
        span
        for span in spans_of(flow)
        if _key(span) not in state.sent and (span.attributes or {}).get(names.ID) not in running
    ]
    return _Ready(flow.id, frozenset({found_by, *all_ids_of(flow)}), spans, bool(running))


def _flows_having(ids: Sequence[str], flows: Flows, state: _State) -> Iterator[tuple[Flow, str]]:
    """Each flow once, with the id that found it. An id that finds no other flow is not pending any more."""
    covered: set[str] = set()
    for each in ids:
        if each in covered:
            continue
        new = [flow for flow in flows.find(each) if flow.id not in covered]
        if not new:
            state.pending.pop(each, None)
        for flow in new:
            covered |= all_ids_of(flow)
            yield flow, each


def _key(span: ReadableSpan) -> str:
    return span_key(span)[-_KEY_DIGITS:]


def _all_seen(store: Store) -> Iterator[Seen]:
    page = store.newest(1_000)
    while page:
        yield from page
        page = store.newest(1_000, page[-1])
