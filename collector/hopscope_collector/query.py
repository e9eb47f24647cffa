"""Flows, read from a store: by pages and by any id.

    who asks            what
    hopscope flows      page(filter, limit, after)
    hopscope show       find(id), executions(flow)
    the screens         page(), flow(id); what changed, they ask the store: `changes_since()`
                        page(filter, limit, order="duration"): the list sorted otherwise
                        kinds(window, filter): the list by kind, with percentiles, arrivals and failures

A list is read from summaries (see `summaries/`): flows as they were last assembled, those of which anything may have
changed assembled again. What is asked for by an id is assembled then and there, with everything connected to it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from hopscope_collector.executions.model import Execution
from hopscope_collector.flow import Flow
from hopscope_collector.flow_maker import FlowMaker, all_ids_of
from hopscope_collector.kinds import Kinds, Ran, Window, kinds_of
from hopscope_collector.rules import Rules
from hopscope_collector.search.filter import EVERYTHING, Filter, Term
from hopscope_collector.search.matching import Matcher, since_us
from hopscope_collector.search.pasted_ids import plain_id
from hopscope_collector.stitch.executions import executions_of
from hopscope_collector.stitch.statuses import FLOW_MEANING
from hopscope_collector.store.contract import Seen, Store
from hopscope_collector.summaries.covered import FOREVER_US
from hopscope_collector.summaries.keeper import Found, Keeper
from hopscope_collector.summaries.memory_shelves import MemoryShelves
from hopscope_collector.summaries.shelf import KeepsSummaries
from hopscope_collector.summaries.sieve import Sieve

MOST_LOOKED_AT = 4_000
"""Flows that one page compares with its filter before it says: so far nothing more."""

MOST_READ = 1_000
"""Flows that one page reads whole to compare them, when their rows do not tell."""

SEARCHED_US = 30_000
"""How long a page looks for what fits a filter among flows that nobody summarised yet, before it says the same."""

MOST_SORTED = MOST_LOOKED_AT
"""Of so many newest flows a list is sorted otherwise than by time, and kinds are counted."""

Order = Literal["seen", "age", "duration", "hops", "attempts", "status"]
"""Last seen first; begun first; longest first; most hops first; most attempts at one message first; worst first."""

STATUS_RANK = {status: rank for rank, status in enumerate(FLOW_MEANING)}
"""Worst first, as in docs/statuses.md."""

EXECUTION_KINDS = ("states", "durable")
"""What the ref of an execution begins with: it stands before the ARN."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some flows, those that something happened in last first."""

    flows: tuple[Flow, ...]
    after: Seen | None
    """Where the next page begins. None when this is the last one."""

    looked_at: int
    """How many flows were compared with the filter."""

    is_partial: bool = False
    """True when it ends before its limit because enough was looked at (`after` goes on from there), when it was
    sorted among the newest flows only, or when some flows changed that have not been assembled again yet."""

    @property
    def reached_us(self) -> int | None:
        """Down to which moment it looked, where the next page begins. None when this is the last one."""
        return None if self.after is None else self.after.started_us


class Flows:
    """The flows of a store, by one set of rules.

    Keeps what it has learned of consumers and key names, and what it assembled; as many threads may share it as may
    share the store.
    """

    def __init__(self, store: Store, rules: Rules, clock: Callable[[], int]) -> None:
        """`clock` gives the present moment in epoch microseconds."""
        self._store = store
        self._clock = clock
        self._maker = FlowMaker(store, rules)
        under = store.shelves if isinstance(store, KeepsSummaries) else None
        self._keeper = Keeper(store, rules, self._maker, shelves=MemoryShelves(), under=under)

    def page(self, wanted: Filter, limit: int, after: Seen | None = None, *, order: Order = "seen") -> Page:
        """At most `limit` flows that fit, from where the page before ended.

        A flow stands where its last invocation stands. One that moves up while somebody turns pages is not shown
        again further down. In another order than `seen` there is one page: the first of the newest `MOST_SORTED`
        flows that fit, `is_partial` when there are more; `after` is neither heeded nor given then.
        """
        with self._keeper.turn:
            if wanted.exact_ids():
                return self._of_ids(wanted, limit, after if order == "seen" else None, order=order)
            if order == "seen":
                return self._newest(wanted, limit, after)
            return self._sorted(wanted, limit, order)

    def kinds(self, window: Window, wanted: Filter = EVERYTHING) -> Kinds:
        """The flows that fit and began in the window, by kind; the newest `MOST_SORTED` of them."""
        with self._keeper.turn:
            looking = self._looking(wanted, None, window.since_us)
            ran = []
            for found, flow in looking.fitting():
                if found.row.started_us < window.until_us:
                    ran.append(_ran(found, flow or (None if found.traits else looking.flow_of(found))))
        return kinds_of(ran, window, is_partial=looking.is_partial)

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """Every flow that the id names, newest first: none, one, or several when it is ambiguous.

        An id is a trace id (also as X-Ray or W3C write it), correlation id, `order_id=o-42` or its value alone, a ref
        or message id, a request, invocation, hop or send id, or an execution ARN.
        """
        text = plain_id(id_text)
        if not text:
            return ()
        now_us = self._clock()
        self._maker.learn_once(now_us)
        names = self._maker.key_names
        flows = self._having((text,), now_us) or self._having([f"{name}={text}" for name in names], now_us)
        # Messages of one batch are several flows, whose ids begin alike: the whole id names one of them.
        flows = [flow for flow in flows if flow.id == id_text.strip()] or flows
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
        closure = self._maker.closure([f"{kind}/{arn}" for arn in arns for kind in EXECUTION_KINDS])
        known = {execution.arn: execution for execution, _ in executions_of(closure.records)}
        return tuple(known[arn] for arn in arns if arn in known)

    def _having(self, ids: Iterable[str], now_us: int) -> list[Flow]:
        """The flows that have one of the ids, last seen first."""
        wanted = set(ids)
        flows = [flow for flow in self._maker.connected(wanted, now_us) if not wanted.isdisjoint(all_ids_of(flow))]
        return sorted(flows, key=last_seen, reverse=True)

    def _of_ids(self, wanted: Filter, limit: int, after: Seen | None, *, order: Order) -> Page:
        now_us, fits = self._clock(), wanted.matcher()
        flows = [flow for flow in self._having(wanted.exact_ids(), now_us) if fits(flow, now_us)]
        fitting = [flow for flow in flows if after is None or last_seen(flow) < after]
        if order != "seen":
            fitting.sort(key=lambda flow: _rank(flow, order, now_us))
            return Page(tuple(fitting[:limit]), None, len(flows))
        is_last = len(fitting) <= limit
        return Page(tuple(fitting[:limit]), None if is_last else last_seen(fitting[limit - 1]), len(flows))

    def _newest(self, wanted: Filter, limit: int, after: Seen | None) -> Page:
        looking = self._looking(wanted, after, 0)
        fitting: list[tuple[Found, Flow | None]] = []
        for found, flow in looking.fitting():
            if len(fitting) == limit:
                last = fitting[-1][0].row.seen
                return Page(self._flows(fitting), last, looking.looked_at, is_partial=looking.is_behind)
            fitting.append((found, flow))
        place = looking.last if looking.is_cut else None
        return Page(self._flows(fitting), place, looking.looked_at, is_partial=looking.is_partial)

    def _sorted(self, wanted: Filter, limit: int, order: Order) -> Page:
        looking = self._looking(wanted, None, 0)
        ranked = []
        for found, flow in looking.fitting():
            known = flow or (None if found.traits else looking.flow_of(found))
            ranked.append((_rank(known, order, looking.now_us) if known else _rank_of(found, order, looking.now_us),
                           found, known))  # fmt: skip
        ranked.sort(key=lambda each: (each[0], each[1].row.seen))
        best = [(found, flow) for _, found, flow in ranked[:limit]]
        return Page(self._flows(best), None, looking.looked_at, is_partial=looking.is_partial)

    def _flows(self, fitting: Sequence[tuple[Found, Flow | None]]) -> tuple[Flow, ...]:
        read = iter(self._keeper.flows([found for found, flow in fitting if flow is None]))
        return tuple(flow or next(read) for _, flow in fitting)

    def _looking(self, wanted: Filter, after: Seen | None, low_us: int) -> "_Looking":
        now_us = self._clock()
        is_whole = self._keeper.catch_up(now_us)
        late_us = now_us + (SEARCHED_US if wanted.terms else FOREVER_US)
        looking = _Looking(self._keeper, wanted, after, now_us, is_late=lambda: self._clock() >= late_us)
        looking.low_us = max(low_us, _earliest_us(wanted, now_us))
        looking.is_behind = not is_whole
        return looking


class _Looking:
    """One search through the list, and how far it came."""

    def __init__(
        self, keeper: Keeper, wanted: Filter, after: Seen | None, now_us: int, *, is_late: Callable[[], bool]
    ) -> None:
        self._keeper = keeper
        self._after = after
        self._is_late = is_late
        self._sieve = Sieve(wanted, now_us)
        self._fits: Matcher = wanted.matcher()
        self.now_us = now_us
        self.low_us = 0
        self.looked_at = 0
        self.last: Seen | None = None
        self.is_cut = False
        """Whether it ended because enough was looked at."""

        self.is_behind = False
        """Whether some flows that changed were not assembled again."""

    @property
    def is_partial(self) -> bool:
        """Whether there may be more than was found."""
        return self.is_cut or self.is_behind

    def fitting(self) -> Iterator[tuple[Found, Flow | None]]:
        """The rows that fit, newest first, with the flow where it had to be read."""
        read = 0
        rows = self._keeper.found(self._sieve, self._after, self.low_us, self.now_us, is_late=self._is_late)
        for found in rows:
            if isinstance(found, Seen):
                self.last, self.is_cut = found, True
                return
            if self.looked_at == MOST_LOOKED_AT or read == MOST_READ:
                self.is_cut = True
                return
            self.looked_at += 1
            self.last = found.row.seen
            if not self._sieve.passes(found.row, found.traits):
                continue
            if self._sieve.is_decisive and found.traits is not None:
                yield found, None
                continue
            read += 1
            flow = self.flow_of(found)
            if self._fits(flow, self.now_us):
                yield found, flow

    def flow_of(self, found: Found) -> Flow:
        """The flow of a row, read."""
        return self._keeper.flows([found])[0]


def last_seen(flow: Flow) -> Seen:
    """Where the flow stands among the newest: at its last invocation."""
    started_us, invocation_id = max((hop.started_us, hop.invocation_id) for hop in flow.hops)
    return Seen(started_us, invocation_id, flow.id)


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


def _rank_of(found: Found, order: Order, now_us: int) -> tuple[int, int]:
    """The same by a row with traits."""
    row = found.row
    ranks = {
        "age": row.started_us,
        "duration": row.started_us - (row.ended_us or max(now_us, row.started_us)),
        "hops": -row.hops,
        "attempts": -row.attempts,
        "status": STATUS_RANK[found.traits.status] if found.traits else 0,
    }
    return ranks.get(order, 0), -row.started_us


def _ran(found: Found, flow: Flow | None) -> Ran:
    row, said = found.row, found.traits or flow
    assert said is not None, "a row without traits is read"
    return Ran(said.kind, said.status, row.started_us, row.took_us)


def _earliest_us(wanted: Filter, now_us: int) -> int:
    """The moment before which nothing fits."""
    return max(
        (min(since_us(value, now_us) for value in term.values) for term in wanted.terms if _is_since(term)), default=0
    )


def _is_since(term: Term) -> bool:
    return term.field == "since" and not term.is_negated


__all__ = ["MOST_LOOKED_AT", "MOST_SORTED", "Flows", "Order", "Page", "all_ids_of", "last_seen"]
