"""The flows that a test looks at: collects what its sources hold, and waits until a flow has settled."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hopscope_collector.errors import InputError, NotASource
from hopscope_collector.flow import Flow
from hopscope_collector.ingest import Collected, collect
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.rules_file import rules_for
from hopscope_collector.sources.contract import Stop
from hopscope_collector.sources.naming import Wanted, sources_of
from hopscope_collector.store.contract import Store
from hopscope_collector.store.location import open_to_read, open_to_write
from hopscope_collector.testing.drawn import drawn
from hopscope_collector.testing.flow import FlowUnderTest
from hopscope_collector.testing.limits import within_us
from hopscope_collector.wall_clock import wall_clock_us

WITHIN = "60s"
QUIET = "1s"
FIRST_POLL_S, LONGEST_POLL_S = 0.25, 2.0
"""Between two looks: longer and longer while nothing changes, since AWS allows an account few questions a second."""

EARLIER_US = 5_000_000
"""Logs of emulators and of other machines may be stamped a little before the test began."""

__tracebackhide__ = True  # pytest shows the line of the test, not ours

_OPEN = frozenset({"running", "waiting"})


class NotSettled(AssertionError):
    """The flow that the test waits for did not come, or did not come to an end, in time."""


class NothingToCollect(InputError):
    """Neither sources nor a store are named."""


class FlowsUnderTest:
    """Flows of one store, or of sources that are collected while the test waits."""

    __test__ = False

    def __init__(self, store: Store, rules: Rules, sources: Sequence[str] = (), since_us: int = 0) -> None:
        """`sources` are named as for `hopscope collect`; logs are read from `since_us` on."""
        self._store = store
        self._sources = sources
        self._wanted = Wanted(is_followed=False, since_us=since_us, key_paths=rules.key_paths)
        self._flows = Flows(store, rules, wall_clock_us)

    def settle(self, key: str, *, within: str = WITHIN, quiet: str = QUIET, until: str | None = None) -> FlowUnderTest:
        """The one flow that the key names, when nothing in it runs or waits any more and nothing new came for a while.

        Args:
            key: `order_id=o-42`, or any other id: a trace id, a message id, a request id, an execution ARN.
            within: how long to wait at most.
            quiet: how long nothing must have changed.
            until: the name of a function or a message that must have been seen before the flow can be settled.

        Raises:
            NotSettled: that did not happen; the message shows what there was.
        """
        give_up_s = time.monotonic() + within_us(within) / 1e6
        last: tuple[Flow, ...] = ()
        same_since_s, pause_s = time.monotonic(), FIRST_POLL_S
        while True:
            missing = self.collect()
            found = self._flows.find(key)
            if _signs_of(found) != _signs_of(last):
                last, same_since_s, pause_s = found, time.monotonic(), FIRST_POLL_S
            is_quiet = time.monotonic() - same_since_s >= within_us(quiet) / 1e6
            if is_quiet and len(found) == 1 and found[0].status not in _OPEN and _has(found[0], until):
                return FlowUnderTest(found[0])
            if time.monotonic() >= give_up_s:
                raise NotSettled("\n".join([_why(key, (within, quiet), found, until), *map(str, missing)]))
            time.sleep(min(pause_s, max(give_up_s - time.monotonic(), 0)))
            pause_s = min(pause_s * 1.25, LONGEST_POLL_S)

    def find(self, key: str) -> list[FlowUnderTest]:
        """The flows that the key names right now, newest first."""
        self.collect()
        return [FlowUnderTest(flow) for flow in self._flows.find(key)]

    def collect(self) -> list[NotASource]:
        """Read what the sources have now; gives those that do not exist yet, as the log of a function that never ran.

        Raises:
            NotASource: a text names no source at all.
            CollectorError: a source failed, or the store did.
        """
        missing: list[NotASource] = []
        for source in [source for text in self._sources for source in sources_of(text, self._wanted)]:
            for problem in collect([source], self._store, _Unheard(), Stop()).failed:
                if not isinstance(problem, NotASource):
                    raise problem
                missing.append(problem)
        return missing


@contextmanager
def flows_under_test(
    sources: Sequence[str] = (), store: str | None = None, rules: str | Path | None = None
) -> Iterator[FlowsUnderTest]:
    """Flows of sources from now on, kept in memory; or of a store that something else fills.

    Raises:
        NothingToCollect: neither is named.
    """
    if not sources and store is None:
        raise NothingToCollect(
            "neither a source of records nor a store is named; expected hopscope_sources, such as "
            "logs:/aws/lambda/orders-dev-, or hopscope_store, in the pytest settings, as --hopscope-source or "
            "--hopscope-store, or as a fixture"
        )
    known = rules_for(str(rules)) if rules is not None else Rules()
    since_us = wall_clock_us() - EARLIER_US
    opened = open_to_write(store or "memory:") if sources else open_to_read(store)
    with opened as into:
        yield FlowsUnderTest(into, known, sources, since_us)


def _signs_of(flows: Sequence[Flow]) -> list[object]:
    """What changes when something happens in them."""
    return [
        (flow.id, flow.status, [(hop.id, hop.status) for hop in flow.hops], len(flow.sends), len(flow.links))
        for flow in flows
    ]


def _has(flow: Flow, name: str | None) -> bool:
    if name is None:
        return True
    return any(name in (hop.function, hop.name) for hop in flow.hops) or any(
        name in (send.kind, send.name) for send in flow.sends
    )


def _why(key: str, waited: tuple[str, str], found: Sequence[Flow], until: str | None) -> str:
    within, quiet = waited
    if not found:
        return f"no flow was seen by {key!r} within {within}"
    shown = "\n\n".join(drawn(flow) for flow in found[:3])
    if len(found) > 1:
        return f"{key!r} still names {len(found)} flows after {within}; expected one\n\n{shown}"
    (flow,) = found
    if not _has(flow, until):
        return f"nothing was seen of {until!r} in the flow of {key!r} within {within}\n\n{shown}"
    why = f"it is {flow.status}" if flow.status in _OPEN else f"it was not quiet for {quiet}"
    return f"the flow of {key!r} did not settle within {within}: {why}\n\n{shown}"


class _Unheard:
    """Nobody looks at how collecting goes on while a test waits."""

    def progress(self, source: str, collected: Collected) -> None:
        """As in `Watcher`."""

    def say(self, words: str) -> None:
        """As in `Watcher`."""
