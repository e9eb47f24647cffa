"""Where `hopscope flows`, `show` and `stats` get their answers: from a store, or from a collector over HTTP.

--store URL        read here, by the rules beside the store
--collector URL    asked of `hopscope collect --listen`, which has a store and rules of its own
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import click

from hopscope_collector.errors import InputError
from hopscope_collector.executions.model import Execution
from hopscope_collector.flow import Flow
from hopscope_collector.query import Flows
from hopscope_collector.rules_file import rules_for
from hopscope_collector.search.filter import Filter
from hopscope_collector.store.contract import Stats, Store
from hopscope_collector.store.location import open_to_read, store_url
from hopscope_collector.wall_clock import wall_clock_us

if TYPE_CHECKING:
    from hopscope_collector.client import Client

COLLECTOR_HELP = "Which collector instead: http://127.0.0.1:4318 (docs/api.md)."
PATIENCE_S = 20.0
"""How long a filter may look through flows that were not summarised yet."""

MOST_AT_ONCE = 1_000
"""Flows in one answer of a collector."""


Place = TypeVar("Place")
Place_co = TypeVar("Place_co", covariant=True)


class NamesSeveral(InputError):
    """The id names more than one flow, and they cannot be told apart by id."""


@dataclass(frozen=True, slots=True)
class Found:
    """Flows that fit."""

    flows: tuple[Flow, ...]
    has_more: bool
    is_partial: bool = False
    """Whether the search ended after `PATIENCE_S`, before it had found enough or seen all."""

    reached_us: int | None = None
    """Down to which moment it came. None when it has seen all."""


class Answers(Protocol):
    """Who is asked."""

    @property
    def name(self) -> str:
        """The URL of the store or the collector."""
        ...

    def page(self, wanted: Filter, limit: int) -> Found:
        """At most `limit` flows that fit."""
        ...

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """Every flow that the id names."""
        ...

    def executions(self, flow: Flow) -> Sequence[Execution]:
        """What ran inside its executions."""
        ...

    def stats(self) -> Stats:
        """The counters."""
        ...


@contextmanager
def answering(store: str | None, rules: str | None, collector: str | None) -> Iterator[Answers]:
    """Whoever was named.

    Raises:
        HopscopeError: the store or the collector cannot be asked.
    """
    if collector is None:
        url = store_url(store)
        known_rules = rules_for(rules, url)
        with open_to_read(store) as opened:
            yield _OfStore(url, opened, Flows(opened, known_rules, wall_clock_us))
        return
    if store is not None or rules is not None:
        raise click.UsageError("--collector has a store and rules of its own; leave out --store and --rules")
    from hopscope_collector.client import Client

    with Client(collector) as client:
        yield _OfCollector(collector, client)


class _Page(Protocol[Place_co]):
    """Some flows, and where the next ones begin."""

    @property
    def flows(self) -> Sequence[Flow]: ...

    @property
    def after(self) -> Place_co | None: ...

    @property
    def reached_us(self) -> int | None: ...


def _read_on(page_of: Callable[[int, Place | None], _Page[Place]], limit: int) -> Found:
    """Page after page until there are enough, or no more, or it takes too long."""
    ends_s = time.monotonic() + PATIENCE_S
    flows: list[Flow] = []
    after = None
    while True:
        page = page_of(limit - len(flows), after)
        flows += page.flows
        after = page.after
        if after is None or len(flows) >= limit:
            return Found(tuple(flows), after is not None)
        if time.monotonic() > ends_s:
            return Found(tuple(flows), has_more=True, is_partial=True, reached_us=page.reached_us)


class _OfStore:
    def __init__(self, name: str, store: Store, flows: Flows) -> None:
        self.name = name
        self._store = store
        self._flows = flows

    def page(self, wanted: Filter, limit: int) -> Found:
        return _read_on(lambda left, after: self._flows.page(wanted, left, after), limit)

    def find(self, id_text: str) -> tuple[Flow, ...]:
        return self._flows.find(id_text)

    def executions(self, flow: Flow) -> Sequence[Execution]:
        return self._flows.executions(flow)

    def stats(self) -> Stats:
        return self._store.stats()


class _OfCollector:
    def __init__(self, name: str, client: "Client") -> None:
        self.name = name
        self._client = client

    def page(self, wanted: Filter, limit: int) -> Found:
        return _read_on(lambda left, after: self._client.flows(str(wanted), min(left, MOST_AT_ONCE), after), limit)

    def find(self, id_text: str) -> tuple[Flow, ...]:
        from hopscope_collector.client import SeveralFlows

        if not id_text.strip():
            return ()
        try:
            flow = self._client.flow(id_text)
        except SeveralFlows as several:
            found = [each for each in map(self._only, several.candidates) if each is not None]
            if len(found) < 2:
                raise NamesSeveral(str(several)) from several
            return tuple(found)
        return () if flow is None else (flow,)

    def _only(self, flow_id: str) -> Flow | None:
        """A candidate. None when it went meanwhile, or when it shares its id with another one."""
        from hopscope_collector.client import SeveralFlows

        try:
            return self._client.flow(flow_id)
        except SeveralFlows:
            return None

    def executions(self, flow: Flow) -> Sequence[Execution]:
        return self._client.executions(flow)

    def stats(self) -> Stats:
        return self._client.stats()
