"""Keeps summaries up to date, and reads them from the top.

    the process that collects      Keeper(shelf in the store)                     work() while nothing arrives
    a process that only reads      Keeper(shelf in its memory, over the store's)  found(): what the store's shelf lacks
                                                                                  is assembled here, and kept here

Flows come from an `Assembler`: see `query.py`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import merge
from threading import RLock
from typing import NamedTuple, Protocol

from hopscope_collector.flow import Flow
from hopscope_collector.rules import Rules
from hopscope_collector.store.contract import Seen, Store
from hopscope_collector.summaries.covered import FOREVER_US, Stretch, newest_gap, united
from hopscope_collector.summaries.entry import Position, Row, entry_of
from hopscope_collector.summaries.packing import unpacked
from hopscope_collector.summaries.shelf import Shelves
from hopscope_collector.summaries.sieve import Sieve
from hopscope_collector.summaries.traits import Traits

CHUNK_INVOCATIONS = 256
"""Invocations that are summarised at once while nobody waits."""

FILL_INVOCATIONS = 32
"""The same while somebody waits: some hundredths of a second."""

MOST_AT_ONCE = 512
"""Stale flows that are assembled before a list is read; what is left makes it partial."""

MOST_ROUNDS = 4
"""A consumer or a shared key that is seen for the first time makes more stale; with so many the list is partial."""

MOST_FILLS = 64
"""Chunks that one reading summarises: with that many it ends, and the next page goes on."""

ROWS_AT_ONCE = 512
MOST_IN_MEMORY = 50_000
"""Rows of a shelf in memory: with more, it begins again."""

TOP = Seen(FOREVER_US, "f" * 16, "f" * 32)
"""Above every flow."""

Consumer = tuple[str, str]
"""(queue or topic, function)"""


@dataclass(frozen=True, slots=True)
class Assembled:
    """What some ids lead to."""

    flows: Sequence[Flow]
    places: Collection[Position]
    """Every recorded invocation that is connected with them."""

    consumers: Collection[Consumer] = ()
    """Who is seen to receive from where."""

    shared: Collection[str] = ()
    """Keys (`name=value`) of too many records to join anything."""

    is_whole: bool = True
    """Whether each flow is as it would be if it were assembled by its own ids."""


class Assembler(Protocol):
    """Makes flows from records."""

    def assembled(self, ids: Iterable[str], now_us: int) -> Assembled:
        """The flows of every record that is connected with the ids."""
        ...

    def know(self, consumers: Iterable[Consumer]) -> None:
        """These receive from there, as was seen elsewhere."""
        ...


class Found(NamedTuple):
    """A row, and where the rest of it is."""

    row: Row
    traits: Traits | None
    level: "_Level"


@dataclass(slots=True, eq=False)
class _Level:
    """One shelf, and what this process remembers of it."""

    shelves: Shelves
    era: str = ""
    traits: dict[int, Traits] = field(default_factory=dict)

    def rows(self, below: Seen, low_us: int, sieve: Sieve) -> list[Found]:
        """The next rows of those whose traits may fit."""
        with self.shelves.reading() as shelf:
            if shelf.made("era") != self.era:
                self.era, self.traits = shelf.made("era"), {}
            self.traits.update(shelf.traits(max(self.traits, default=0)))
            wanted = self._wanted(sieve) if sieve.asks_for_traits else None
            rows = shelf.rows(below, low_us, ROWS_AT_ONCE, wanted)
        return [Found(row, self.traits.get(row.traits), self) for row in rows]

    def _wanted(self, sieve: Sieve) -> list[int]:
        return [0, *(number for number, traits in self.traits.items() if sieve.lets_through(traits))]

    def flows(self, numbers: Sequence[int]) -> dict[int, Flow]:
        """By number."""
        with self.shelves.reading() as shelf:
            return {number: unpacked(raw) for number, raw in shelf.packed(numbers).items()}


class Keeper:
    """The flows of a store, newest first, from summaries as far as there are any. Threads take turns."""

    chunk_invocations = FILL_INVOCATIONS

    def __init__(
        self, store: Store, rules: Rules, assembler: Assembler, *, shelves: Shelves, under: Shelves | None = None
    ) -> None:
        """`under` is the store's own shelf, which this process does not write to."""
        self.turn = RLock()
        self._store = store
        self._rules = rules
        self._rules_hash = _hash_of(rules)
        self._assembler = assembler
        self._own = _Level(shelves)
        self._given = under
        self._under: _Level | None = None
        self._token = 0
        self._hidden: set[Position] = set()
        """Places whose flows are here: what stands there on the shelf under this one is older."""

        self._done: set[str] = set()
        """Stale ids of the shelf under this one that were assembled here."""

        self._ahead: set[Position] = set()
        """Places below what is covered whose flows are on the shelf already, as they also stand above."""

        self._ahead_token = 0
        """What the shelf's token was when these were assembled: writes may make them stale without marking them."""

    def catch_up(self, now_us: int) -> bool:
        """Assemble again what has changed; whether that was all."""
        self._look_under()
        self._follow_changes()
        is_whole = self._refresh(now_us)
        newest = self._gap(FOREVER_US)
        covered = self._covered()
        if newest is not None and covered and newest.low_us >= covered[-1].high_us:
            self._fill(newest, now_us)
            is_whole = self._refresh(now_us)
        return is_whole

    def found(
        self, sieve: Sieve, after: Seen | None, low_us: int, now_us: int, *, is_late: Callable[[], bool]
    ) -> Iterator[Found | Seen]:
        """Rows whose traits may fit, newest first; what was never summarised is, when the turn comes to it.

        A place instead of a row is the last thing given, when there was much to summarise and it is late: go on from
        there.
        """
        place = after or TOP
        for fills in range(MOST_FILLS):
            gap = self._gap(min(place.started_us + 1, FOREVER_US))
            floor_us = max(low_us, gap.high_us if gap else 0)
            while place.started_us >= floor_us:
                rows, bound = self._rows_below(place, floor_us, sieve)
                yield from rows
                if bound is None:
                    break
                place = bound
            if gap is None or gap.high_us <= low_us:
                return
            place = min(place, Seen(gap.high_us - 1, *TOP[1:]))
            if fills and is_late():
                break
            self._fill(gap, now_us)
        yield place

    def flows(self, found: Sequence[Found]) -> list[Flow]:
        """The flows of rows, in their order."""
        flows: dict[tuple[int, int], Flow] = {}
        for level in {each.level for each in found}:
            numbers = [each.row.number for each in found if each.level is level]
            flows.update(((id(level), number), flow) for number, flow in level.flows(numbers).items())
        return [flows[id(each.level), each.row.number] for each in found]

    def _rows_below(self, place: Seen, floor_us: int, sieve: Sieve) -> tuple[list[Found], Seen | None]:
        """Some rows, and the place below which there may be more. None: these were the last."""
        levels = [self._own, self._under] if self._under else [self._own]
        blocks = [level.rows(place, floor_us, sieve) for level in levels]
        bound = max((block[-1].row.seen for block in blocks if len(block) == ROWS_AT_ONCE), default=None)
        shown = [block if number == 0 else self._shown(block) for number, block in enumerate(blocks)]
        rows = list(merge(*shown, key=_seen, reverse=True))
        return [each for each in rows if bound is None or each.row.seen >= bound], bound

    def _shown(self, block: Sequence[Found]) -> list[Found]:
        return [each for each in block if each.row.position not in self._hidden]

    def _look_under(self) -> None:
        """Whether the store's shelf was made by the same rules, and is still the one that was seen before."""
        era = ""
        if self._given is not None:
            with self._given.reading() as shelf:
                if shelf.made("rules") == self._rules_hash:
                    era = shelf.made("era")
                    self._assembler.know(shelf.consumers())
        if era != (self._under.era if self._under else ""):
            self._under = _Level(self._given, era) if self._given is not None and era else None
            self._begin_again()

    def _follow_changes(self) -> None:
        """What was written since the last time is stale."""
        changes = self._store.changes_since(self._token)
        if (changes.is_everything and changes.token != self._token) or self._size() > MOST_IN_MEMORY:
            self._begin_again()
        elif changes.ids:
            self._done.difference_update(changes.ids)
            with self._own.shelves.writing() as shelf:
                shelf.mark(changes.ids)
        self._token = changes.token

    def _begin_again(self) -> None:
        with self._own.shelves.writing() as shelf:
            shelf.begin_again(self._rules_hash)
        self._hidden, self._done, self._ahead = set(), set(), set()

    def _size(self) -> int:
        with self._own.shelves.reading() as shelf:
            return shelf.size()

    def _refresh(self, now_us: int) -> bool:
        """Assemble what is stale, and what then turns out to be; whether that was all."""
        for _ in range(MOST_ROUNDS):
            stale = self._stale_ids(now_us)
            if not stale:
                return True
            self._make(stale[:MOST_AT_ONCE], now_us)
            if len(stale) > MOST_AT_ONCE:
                break
        return not self._stale_ids(now_us)

    def _stale_ids(self, now_us: int) -> list[str]:
        with self._own.shelves.reading() as shelf:
            ids = [*shelf.stale(MOST_AT_ONCE + 1), *(row.flow_id for row in shelf.expired(now_us, MOST_AT_ONCE))]
        if self._under is not None:
            with self._under.shelves.reading() as shelf:
                expired = [row for row in shelf.expired(now_us, MOST_AT_ONCE) if row.position not in self._hidden]
                ids += [each for each in shelf.stale(MOST_AT_ONCE) if each not in self._done]
            ids += [row.flow_id for row in expired]
        return list(dict.fromkeys(ids))

    def _covered(self) -> list[Stretch]:
        covered: list[Stretch] = []
        for level in (self._own, self._under):
            if level is not None:
                with level.shelves.reading() as shelf:
                    covered += shelf.covered()
        return united(covered)

    def _gap(self, below_us: int) -> Stretch | None:
        """The newest stretch that is not summarised and may hold records."""
        covered = self._covered()
        gap = newest_gap(covered, below_us)
        if gap is None or gap.high_us < FOREVER_US:
            return gap
        newest = self._store.newest(1)
        if not newest:
            return None
        end_us = newest[0].started_us + 1
        return Stretch(gap.low_us, end_us) if end_us > gap.low_us else newest_gap(covered, end_us)

    def _fill(self, gap: Stretch, now_us: int) -> None:
        """Summarise the newest part of a stretch: the flows there that are not on the shelf yet."""
        with self._own.shelves.reading() as shelf:
            token = shelf.token
        if token != self._ahead_token:
            self._ahead, self._ahead_token = set(), token
        low_us, seen = self._newest_of(gap)
        traces = dict.fromkeys(
            each.trace_id for each in seen if Position(each.started_us, each.invocation_id) not in self._ahead
        )
        made = self._make(list(traces), now_us, token, Stretch(low_us, gap.high_us))
        places = made.places if made is not None and made.is_whole else ()
        self._ahead = {each for each in (*self._ahead, *places) if each.started_us < low_us}

    def _newest_of(self, gap: Stretch) -> tuple[int, list[Seen]]:
        """How far down this time, and the invocations down to there: whole microseconds."""
        most = self.chunk_invocations
        while True:
            seen = self._store.newest(most, Seen(gap.high_us, "", ""))
            inside = [each for each in seen if each.started_us >= gap.low_us]
            if len(inside) < most:
                return gap.low_us, inside
            low_us = inside[-1].started_us + 1
            if low_us <= inside[0].started_us:
                return low_us, [each for each in inside if each.started_us >= low_us]
            most *= 4

    def _make(
        self, ids: Sequence[str], now_us: int, token: int | None = None, covered: Stretch | None = None
    ) -> Assembled | None:
        """Assemble the flows of some ids and lay them on the shelf. None when others wrote since the token."""
        with self._own.shelves.reading() as shelf:
            token, known, shared = shelf.token if token is None else token, shelf.consumers(), shelf.shared()
        made = self._assembler.assembled(ids, now_us)
        entries = [entry_of(flow, _last_of(flow, made.places), now_us, self._rules) for flow in made.flows]
        new = set(made.consumers) - known
        newly_shared = set(made.shared) - shared
        stale_under = self._stale_under({destination for destination, _ in new}, newly_shared)
        with self._own.shelves.writing() as shelf:
            if shelf.token != token:
                return None
            if newly_shared:
                shelf.share(newly_shared)  # before rows of what they joined are taken away
            shelf.put(made.places, entries)
            shelf.fresh(ids)
            if covered is not None:
                shelf.cover(covered)
            if new:
                shelf.learn(new)
            shelf.mark(stale_under)
        if self._under is not None:
            self._hidden.update(made.places)
            self._done.update(ids)
        return made

    def _stale_under(self, destinations: Collection[str], shared: set[str]) -> list[str]:
        """What of the shelf under this one is stale, now that consumers and shared keys are known."""
        if self._under is None or not (destinations or shared):
            return []
        with self._under.shelves.reading() as shelf:
            return [*shelf.in_vain(destinations), *shelf.joined_by(shared - shelf.shared())]


class StoreKeeper(Keeper):
    """Keeps the store's own shelf, which every write marks where it makes it stale."""

    chunk_invocations = CHUNK_INVOCATIONS

    def work(self, now_us: int) -> bool:
        """One piece of work, some tenths of a second at most; whether there is more."""
        with self._own.shelves.reading() as shelf:
            is_ours = shelf.made("rules") == self._rules_hash
            self._assembler.know(shelf.consumers() if is_ours else ())
        if not is_ours:
            self._begin_again()
        stale = self._stale_ids(now_us)[:CHUNK_INVOCATIONS]
        if stale:
            self._make(stale, now_us)
            return True
        gap = self._gap(FOREVER_US)
        if gap is None:
            return False
        self._fill(gap, now_us)
        return True


def _seen(found: Found) -> Seen:
    return found.row.seen


def _last_of(flow: Flow, places: Collection[Position]) -> Position:
    """Its last recorded invocation; of what only the platform tells, the last one of all."""
    hops = [Position(hop.started_us, hop.invocation_id) for hop in flow.hops]
    return max((each for each in hops if each in places), default=max(hops))


def _hash_of(rules: Rules) -> str:
    return blake2b(repr(rules).encode(), digest_size=8).hexdigest()
