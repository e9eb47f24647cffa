"""Flows, read from a store: by pages and by any id.

    who asks            what
    hopscope flows      page(filter, limit, after)
    hopscope show       find(id), executions(flow)
    the screens         page(), flow(id); what changed, they ask the store: `changes_since()`
                        page(filter, limit, order="duration"): the list sorted otherwise
                        kinds(window, filter): the list by kind, with percentiles, arrivals and failures

Nothing is assembled before somebody asks: records are read with everything that is connected to them, and stitched.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hopscope_collector.executions.model import Execution
from hopscope_collector.filter import EVERYTHING, Filter, Term
from hopscope_collector.flow import Flow
from hopscope_collector.kinds import Kinds, Ran, Window, kinds_of
from hopscope_collector.matching import since_us
from hopscope_collector.mentions import ids_in, keys_in
from hopscope_collector.rules import Rules
from hopscope_collector.stitch import flows_of
from hopscope_collector.stitch.executions import executions_of
from hopscope_collector.stitch.statuses import FLOW_MEANING
from hopscope_collector.stitch.waits import known_consumers_of
from hopscope_collector.store.contract import Closure, Reach, Seen, Store
from hopscope_wire.context import context_of, trace_id_of_root

CHUNK_INVOCATIONS = 256
"""Invocations that are read at once while looking for the newest flows."""

MOST_LOOKED_AT = 10_000
"""Flows that one page compares with its filter before it says: so far nothing more."""

MOST_SORTED = 10_000
"""Newest flows that fit of which a list is sorted otherwise than by time, and kinds are counted."""

Order = Literal["seen", "age", "duration", "hops", "attempts", "status"]
"""Last seen first; begun first; longest first; most hops first; most attempts at one message first; worst first."""

SHARED_REACH = Reach()
LONG_REACH = Reach(max_records_an_id=200_000, max_records=400_000)
"""For a flow of thousands of hops, whose own trace id is in every record."""

EXECUTION_KINDS = ("states", "durable")
"""What the ref of an execution begins with: it stands before the ARN."""

STATUS_RANK = {status: rank for rank, status in enumerate(FLOW_MEANING)}
"""Worst first, as in docs/statuses.md."""

_HOP_ID = re.compile(r"([0-9a-f]{16})\.[0-9]+\Z")
_XRAY_ID = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}\Z")


@dataclass(frozen=True, slots=True)
class Page:
    """Some flows, those that something happened in last first."""

    flows: tuple[Flow, ...]
    after: Seen | None
    """Where the next page begins. None when this is the last one."""

    looked_at: int
    """How many flows were compared with the filter."""

    is_partial: bool = False
    """True when it ends before its limit because enough was looked at, or was sorted among the newest flows only.
    Then `after`, unless it is None, goes on from where it stopped."""


class Flows:
    """The flows of a store, by one set of rules.

    Keeps what it has learned of consumers and key names; as many threads may share it as may share the store.
    """

    def __init__(self, store: Store, rules: Rules, clock: Callable[[], int]) -> None:
        """`clock` gives the present moment in epoch microseconds."""
        self._store = store
        self._rules = rules
        self._clock = clock
        self._known_consumers: dict[str, set[str]] = {}
        self._key_names: set[str] = set()
        self._has_learned = False

    def page(self, wanted: Filter, limit: int, after: Seen | None = None, *, order: Order = "seen") -> Page:
        """At most `limit` flows that fit, from where the page before ended.

        A flow stands where its last invocation stands. One that moves up while somebody turns pages is not shown
        again further down. In another order than `seen` there is one page: the first of the newest `MOST_SORTED`
        flows that fit, `is_partial` when there are more; `after` is neither heeded nor given then.
        """
        if order != "seen":
            return self._sorted(wanted, limit, order)
        return self._page(wanted, limit, after)

    def kinds(self, window: Window, wanted: Filter = EVERYTHING) -> Kinds:
        """The flows that fit and began in the window, by kind; the newest `MOST_SORTED` of them."""
        page = self._page(wanted, MOST_SORTED)
        ran = [
            Ran(flow.kind, flow.status, flow.started_us, flow.ended_us and flow.ended_us - flow.started_us)
            for flow in page.flows
        ]
        return kinds_of(ran, window, is_partial=page.after is not None)

    def _sorted(self, wanted: Filter, limit: int, order: Order) -> Page:
        now_us = self._clock()
        page = self._page(wanted, MOST_SORTED)
        flows = sorted(page.flows, key=lambda flow: _rank(flow, order, now_us))[:limit]
        return Page(tuple(flows), None, page.looked_at, is_partial=page.after is not None)

    def _page(self, wanted: Filter, limit: int, after: Seen | None = None) -> Page:
        now_us, fits = self._clock(), wanted.matcher()
        ids = wanted.exact_ids()
        flows = iter(self._having(ids, now_us)) if ids else self._newest(after, now_us, _earliest_us(wanted, now_us))
        found: list[Flow] = []
        looked_at = 0
        last: Seen | None = None
        for flow in flows:
            if len(found) == limit or looked_at == MOST_LOOKED_AT:
                return Page(tuple(found), last, looked_at, is_partial=len(found) < limit)
            looked_at += 1
            last = last_seen(flow)
            if (after is None or last < after) and fits(flow, now_us):
                found.append(flow)
        return Page(tuple(found), None, looked_at)

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """Every flow that the id names, newest first: none, one, or several when it is ambiguous.

        An id is a trace id (also as X-Ray or W3C write it), correlation id, `order_id=o-42` or its value alone, a ref
        or message id, a request, invocation, hop or send id, or an execution ARN.
        """
        text = plain_id(id_text)
        if not text:
            return ()
        now_us = self._clock()
        self._learn_once(now_us)
        flows = self._having((text,), now_us) or self._having([f"{name}={text}" for name in self._key_names], now_us)
        return tuple(sorted(flows, key=lambda flow: (-flow.started_us, flow.id)))

    def flow(self, id_text: str) -> Flow | None:
        """The newest flow that the id names; None when it names none."""
        return next(iter(self.find(id_text)), None)

    def executions(self, flow: Flow) -> tuple[Execution, ...]:
        """What ran inside the executions of a flow, in its order; those whose history is not stored are left out."""
        return self._executions(flow.executions)

    def execution(self, arn: str) -> Execution | None:
        """What ran inside one execution; None when its history is not stored."""
        return next(iter(self._executions((arn,))), None)

    def _executions(self, arns: Sequence[str]) -> tuple[Execution, ...]:
        if not arns:
            return ()
        closure = self._closure([f"{kind}/{arn}" for arn in arns for kind in EXECUTION_KINDS])
        known = {execution.arn: execution for execution, _ in executions_of(closure.records)}
        return tuple(known[arn] for arn in arns if arn in known)

    def _having(self, ids: Iterable[str], now_us: int) -> list[Flow]:
        """The flows that have one of the ids, last seen first."""
        wanted = set(ids)
        flows = [flow for flow in self._connected(wanted, now_us) if not wanted.isdisjoint(all_ids_of(flow))]
        return sorted(flows, key=last_seen, reverse=True)

    def _newest(self, after: Seen | None, now_us: int, earliest_us: int) -> Iterator[Flow]:
        """Every flow once, last seen first, until invocations began before `earliest_us`."""
        covered: set[str] = set()
        pending: list[Flow] = []
        seen = self._store.newest(CHUNK_INVOCATIONS, after)
        while seen:
            asked = dict.fromkeys(each.trace_id for each in seen if each.invocation_id not in covered)
            known = {flow.id for flow in pending}
            for flow in self._connected(asked, now_us) if asked else ():
                invocations = {hop.invocation_id for hop in flow.hops}
                if flow.id not in known and not invocations <= covered:
                    pending.append(flow)
            covered.update(hop.invocation_id for flow in pending for hop in flow.hops)
            pending.sort(key=last_seen)
            while pending and last_seen(pending[-1])[:2] >= seen[-1][:2]:
                yield pending.pop()
            seen = self._store.newest(CHUNK_INVOCATIONS, seen[-1]) if seen[-1].started_us >= earliest_us else []
        yield from reversed(pending)

    def _connected(self, ids: Iterable[str], now_us: int) -> list[Flow]:
        """The flows of every record that is connected with the ids, however it is."""
        closure = self._closure(list(ids))
        flows = flows_of(
            closure.records,
            now_us=now_us,
            rules=self._rules,
            known_consumers=self._known_consumers,
            facts=(*closure.facts, *closure.brokers),
        )
        self._learn(flows)
        return [_with_cuts(flow, closure) for flow in flows] if closure.cut else flows

    def _closure(self, ids: list[str]) -> Closure:
        """What the store knows; a long flow's own ids are followed, a tenant's are not."""
        reach = replace(SHARED_REACH, unfollowed_keys=self._unfollowed())
        closure = self._store.records_of(ids, reach)
        keys = {each.partition("=")[0] for each in closure.cut if "=" in each}
        if len(keys) == len(closure.cut) and closure.is_complete:
            return closure
        return self._store.records_of(ids, replace(LONG_REACH, unfollowed_keys=reach.unfollowed_keys | keys))

    def _unfollowed(self) -> frozenset[str]:
        return frozenset(name for name in self._key_names if not self._rules.joins(name))

    def _learn_once(self, now_us: int) -> None:
        """Look at the newest flows before judging a single one."""
        if not self._has_learned:
            self._has_learned = True
            traces = dict.fromkeys(each.trace_id for each in self._store.newest(CHUNK_INVOCATIONS))
            self._connected(traces, now_us)

    def _learn(self, flows: Iterable[Flow]) -> None:
        for flow in flows:
            self._key_names.update(flow.keys)
            for destination, functions in known_consumers_of(flow.hops).items():
                self._known_consumers.setdefault(destination, set()).update(functions)


def plain_id(text: str) -> str:
    """What records hold for what a person pasted: an X-Ray id, trace header, traceparent or hop id made plain."""
    text = text.strip()
    if _XRAY_ID.match(text):
        return (text[2:10] + text[11:]).lower()
    hop = _HOP_ID.match(text)
    if hop is not None:
        return hop[1]
    context = context_of(text)
    return context.trace_id if context else trace_id_of_root(text) or text


def last_seen(flow: Flow) -> Seen:
    """Where the flow stands among the newest: at its last invocation."""
    started_us, invocation_id, trace_id = max((hop.started_us, hop.invocation_id, hop.trace_id) for hop in flow.hops)
    return Seen(started_us, invocation_id, trace_id)


def _rank(flow: Flow, order: Order, now_us: int) -> tuple[int, int]:
    """Least first; among equals the one that began last."""
    ranks = {
        "age": flow.started_us,
        "duration": flow.started_us - (flow.ended_us or max(now_us, flow.started_us)),
        "hops": -len(flow.hops),
        "attempts": -max(hop.attempt for hop in flow.hops),
        "status": STATUS_RANK[flow.status],
    }
    return ranks.get(order, 0), -flow.started_us


def all_ids_of(flow: Flow) -> set[str]:
    """Every id that finds the flow, keys as `name=value`."""
    return ids_in(flow) | {f"{name}={value}" for name, value in keys_in(flow)}


def _earliest_us(wanted: Filter, now_us: int) -> int:
    """The moment before which nothing fits."""
    return max(
        (min(since_us(value, now_us) for value in term.values) for term in wanted.terms if _is_since(term)), default=0
    )


def _is_since(term: Term) -> bool:
    return term.field == "since" and not term.is_negated


def _with_cuts(flow: Flow, closure: Closure) -> Flow:
    """The flow, with a note for every shared id of its own that was not followed."""
    own = all_ids_of(flow)
    notes = [f"{each} is shared by too many records: it was not followed" for each in closure.cut if each in own]
    return replace(flow, notes=(*flow.notes, *notes)) if notes else flow
