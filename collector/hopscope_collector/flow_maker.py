"""From ids to flows: the records of a store, with everything that is connected to them, stitched."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hopscope_collector.flow import Flow
from hopscope_collector.rules import Rules
from hopscope_collector.search.mentions import ids_in, keys_in
from hopscope_collector.search.pasted_ids import plain_id
from hopscope_collector.stitch import flows_of
from hopscope_collector.stitch.waits import known_consumers_of
from hopscope_collector.store.contract import Closure, Reach, Store
from hopscope_collector.summaries.entry import Position
from hopscope_collector.summaries.keeper import Assembled, Consumer

CHUNK_INVOCATIONS = 256
"""Newest invocations that are looked at before a single flow is judged."""

SHARED_REACH = Reach()
LONG_REACH = Reach(max_records_an_id=200_000, max_records=400_000)
"""For a flow of thousands of hops, whose own trace id is in every record."""


class FlowMaker:
    """Makes flows by one set of rules, and keeps what it has learned of consumers and key names."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self._known_consumers: dict[str, set[str]] = {}
        self._has_learned = False
        self.key_names: set[str] = set()
        """Names of the keys that were seen."""

    def connected(self, ids: Iterable[str], now_us: int) -> list[Flow]:
        """The flows of every record that is connected with the ids, however it is."""
        return self._made(self.closure(list(ids)), now_us)

    def assembled(self, ids: Iterable[str], now_us: int) -> Assembled:
        """As in `Assembler`."""
        closure = self.closure([plain_id(each) for each in ids])
        flows = self._made(closure, now_us)
        places = {Position(each.start_us, each.invocation_id) for each in closure.records}
        hops = [hop for flow in flows for hop in flow.hops]
        consumers: list[Consumer] = [
            (destination, function) for destination, known in known_consumers_of(hops).items() for function in known
        ]
        shared = tuple(each for each in closure.cut if "=" in each)
        is_whole = closure.is_complete and len(shared) == len(closure.cut)  # keys are cut for whoever asks
        return Assembled(flows, places, consumers, shared, is_whole=is_whole)

    def know(self, consumers: Iterable[Consumer]) -> None:
        """As in `Assembler`."""
        for destination, function in consumers:
            self._known_consumers.setdefault(destination, set()).add(function)

    def closure(self, ids: Sequence[str]) -> Closure:
        """What the store knows; a long flow's own ids are followed, a tenant's are not."""
        reach = replace(SHARED_REACH, unfollowed_keys=self._unfollowed())
        closure = self._store.records_of(ids, reach)
        shared = {each for each in closure.cut if "=" in each}
        if len(shared) == len(closure.cut) and closure.is_complete:
            return closure
        names = {each.partition("=")[0] for each in shared}
        longer = self._store.records_of(ids, replace(LONG_REACH, unfollowed_keys=reach.unfollowed_keys | names))
        return replace(longer, cut=tuple(sorted({*longer.cut, *shared})))

    def learn_once(self, now_us: int) -> None:
        """Look at the newest flows before judging a single one."""
        if not self._has_learned:
            self._has_learned = True
            traces = dict.fromkeys(each.trace_id for each in self._store.newest(CHUNK_INVOCATIONS))
            self.connected(traces, now_us)

    def _made(self, closure: Closure, now_us: int) -> list[Flow]:
        flows = flows_of(
            closure.records,
            now_us=now_us,
            rules=self._rules,
            known_consumers=self._known_consumers,
            facts=(*closure.facts, *closure.brokers),
            shared_keys=closure.cut,
        )
        self._learn(flows)
        return [_with_cuts(flow, closure) for flow in flows] if closure.cut else flows

    def _unfollowed(self) -> frozenset[str]:
        return frozenset(name for name in self.key_names if not self._rules.joins(name))

    def _learn(self, flows: Iterable[Flow]) -> None:
        for flow in flows:
            self.key_names.update(flow.keys)
            for destination, functions in known_consumers_of(flow.hops).items():
                self._known_consumers.setdefault(destination, set()).update(functions)


def all_ids_of(flow: Flow) -> set[str]:
    """Every id that finds the flow, keys as `name=value`."""
    return ids_in(flow) | {f"{name}={value}" for name, value in keys_in(flow)}


def _with_cuts(flow: Flow, closure: Closure) -> Flow:
    """The flow, with a note for every shared id of its own that was not followed."""
    own = all_ids_of(flow)
    notes = [f"{each} is shared by too many records: it was not followed" for each in closure.cut if each in own]
    return replace(flow, notes=(*flow.notes, *notes)) if notes else flow
