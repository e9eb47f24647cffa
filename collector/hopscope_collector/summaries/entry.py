"""A flow as one row of a shelf (pure)."""

from dataclasses import dataclass
from typing import NamedTuple

from hopscope_collector.flow import Flow
from hopscope_collector.rules import Rules
from hopscope_collector.search.mentions import keys_in, own_ids_in
from hopscope_collector.store.contract import Seen
from hopscope_collector.summaries.packing import packed
from hopscope_collector.summaries.standing import silent_destinations, stands_until_us
from hopscope_collector.summaries.traits import Traits, traits_of

BETWEEN = "\n"
"""Stands between words. A flow with a key that holds it gets no traits, and is looked at itself."""

KEYS_FROM_IDS = BETWEEN * 2


class Position(NamedTuple):
    """A recorded invocation: its start and its id."""

    started_us: int
    invocation_id: str


class Row(NamedTuple):
    """What a list needs to know of a flow before it is read."""

    last_us: int
    """Start of its last recorded invocation."""

    invocation_id: str
    flow_id: str
    traits: int
    """Number of its traits on the shelf; 0 when it has none."""

    started_us: int
    took_us: int | None
    """None while it goes on."""

    hops: int
    attempts: int
    """Most attempts at one message."""

    until_us: int | None
    """When it must be assembled again. None: never."""

    words: str
    """Keys (`name=value`), an empty line, ids of the flow as a whole; each on a line of its own."""

    number: int
    """Where its packed flow is."""

    @property
    def ended_us(self) -> int | None:
        """Last thing known of it. None while it goes on."""
        return None if self.took_us is None else self.started_us + self.took_us

    @property
    def seen(self) -> Seen:
        """Where it stands in the list: a paging cursor."""
        return Seen(self.last_us, self.invocation_id, self.flow_id)

    @property
    def position(self) -> Position:
        """Its last recorded invocation."""
        return Position(self.last_us, self.invocation_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to be, with what is kept beside it."""

    row: Row
    """Its `traits` and `number` are the shelf's to give."""

    traits: Traits | None
    silent: tuple[str, ...]
    """See `silent_destinations()`."""

    packed: bytes


def entry_of(flow: Flow, last: Position, now_us: int, rules: Rules) -> Entry:
    """The row of a flow that was assembled now."""
    keys, ids = sorted(f"{name}={value}" for name, value in keys_in(flow)), sorted(own_ids_in(flow))
    is_odd = any(BETWEEN in each for each in (*keys, *ids))
    row = Row(
        last_us=last.started_us,
        invocation_id=last.invocation_id,
        flow_id=flow.id,
        traits=0,
        started_us=flow.started_us,
        took_us=None if flow.ended_us is None else flow.ended_us - flow.started_us,
        hops=len(flow.hops),
        attempts=max(hop.attempt for hop in flow.hops),
        until_us=stands_until_us(flow, now_us, rules),
        words=BETWEEN.join(keys) + KEYS_FROM_IDS + BETWEEN.join(ids),
        number=0,
    )
    return Entry(row, None if is_odd else traits_of(flow), silent_destinations(flow), packed(flow))


def keys_on(row: Row) -> list[str]:
    """Its keys, `name=value`."""
    return keys_in_words(row.words)


def keys_in_words(words: str) -> list[str]:
    """The same of its `words` alone."""
    return words.partition(KEYS_FROM_IDS)[0].split(BETWEEN)


def ids_on(row: Row) -> list[str]:
    """Ids of the flow as a whole."""
    return row.words.partition(KEYS_FROM_IDS)[2].split(BETWEEN)
