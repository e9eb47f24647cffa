"""Flows held in memory: the fake beside the real source, for tests, benchmarks and pictures."""

from collections.abc import Iterable, Sequence
from threading import Lock

from hopscope_collector.executions.model import Execution
from hopscope_collector.flow import Flow
from hopscope_collector.kinds import Kinds
from hopscope_collector.payloads import Payloads
from hopscope_collector.search.filter import parsed
from hopscope_tui.lists.overview import kinds_in, pulse_of, window_over
from hopscope_tui.lists.sorting import Order, sorted_flows
from hopscope_tui.sources.contract import PLAIN, Window


class MemorySource:
    """A `FlowSource` whose flows are put in by hand; its present moment is that of the newest."""

    def __init__(self, flows: Iterable[Flow] = (), name: str = "memory") -> None:
        self._name = name
        self._flows = {flow.id: flow for flow in flows}
        self._token = 0
        self._lock = Lock()  # the flows are put in by one thread and read by another
        self.executions: dict[str, Execution] = {}
        """By ARN."""

        self.captured = Payloads()
        """What the layer captured."""

        self.problem: Exception | None = None
        """Raised by every answer while it is set: a store that vanished."""

        self.caution: str | None = None
        """What a real source would warn of."""

    @property
    def name(self) -> str:
        """What a real source was opened with."""
        return self._name

    @property
    def address(self) -> str:
        """The same: nothing else has its flows."""
        return self._name

    def put(self, *flows: Flow) -> None:
        """Add flows, or what became of them."""
        with self._lock:
            self._flows.update((flow.id, flow) for flow in flows)
            self._token += 1

    def forget(self, flow_id: str) -> None:
        """Remove a flow, as a store does that is pruned."""
        with self._lock:
            self._flows.pop(flow_id, None)
            self._token += 1

    def token(self) -> object:
        """A counter of `put()`."""
        self._answer()
        return self._token

    def window(self, filter_text: str, first: int, count: int, order: Order = PLAIN) -> Window:
        """Newest first, as every source, or in another order."""
        found, now_us = self._found(filter_text), self._now_us()
        pulse = pulse_of(self._kinds_of(found))
        if not order.is_plain:
            found = sorted_flows(found, order, now_us)
        return Window(first, tuple(found[first : first + count]), total=len(found), pulse=pulse)

    def kinds(self, filter_text: str) -> Kinds:
        """Of all that fit."""
        return self._kinds_of(self._found(filter_text))

    def _kinds_of(self, found: list[Flow]) -> Kinds:
        now_us = self._now_us()
        return kinds_in(found, window_over(found, now_us, is_whole=True), now_us)

    def _found(self, filter_text: str) -> list[Flow]:
        self._answer()
        with self._lock:
            flows = list(self._flows.values())
        fits, now_us = parsed(filter_text).matcher(), self._now_us()
        found = [flow for flow in flows if fits(flow, now_us)]
        return sorted(found, key=lambda flow: (flow.started_us, flow.id), reverse=True)

    def _now_us(self) -> int:
        with self._lock:
            return max((flow.started_us for flow in self._flows.values()), default=0)

    def flow(self, id_text: str) -> Flow | None:
        """By id, correlation id, key with or without its name, request id or ref."""
        return next(iter(self.find(id_text)), None)

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """The same, all of them."""
        self._answer()
        with self._lock:
            flows = list(self._flows.values())
        return tuple(flow for flow in flows if id_text in _ids_of(flow))

    def payloads(self, invocation_ids: Sequence[str]) -> Payloads:
        """Of what `captured` holds."""
        self._answer()
        of_hops = self.captured.of_hops.items()
        mine = {owner: text for owner, text in of_hops if owner.partition(".")[0] in invocation_ids}
        return Payloads(mine, self.captured.of_sends)

    def execution(self, arn: str) -> Execution | None:
        """One of those that `executions` holds."""
        self._answer()
        return self.executions.get(arn)

    def close(self) -> None:
        """Nothing is held open."""

    def _answer(self) -> None:
        if self.problem is not None:
            raise self.problem


def _ids_of(flow: Flow) -> set[str]:
    ids = {flow.id, *flow.traces, *flow.keys.values(), *(f"{name}={value}" for name, value in flow.keys.items())}
    for hop in flow.hops:
        ids |= {hop.id, hop.request_id, *hop.refs, *(ref.split("/", 1)[-1] for ref in hop.refs)}
    return ids | {flow.correlation_id or flow.id}
