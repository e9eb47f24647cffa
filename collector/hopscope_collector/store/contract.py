"""What every store promises.

    Batch     what one write makes durable together: records, facts, refused lines, the sources' positions
    Closure   every record connected with some ids
    Seen      one invocation in the list of the newest
    Changes   which ids were touched since a token
    Stats     the counters; received = stored + repeated + refused, after any history of runs

    who calls what
    ingest            write, position
    query, tui        records_of, newest, changes_since
    stats, prune      stats, prune

The stores: `memory.py` (the reference), `sqlite.py`, `dynamodb/`. `location.py` opens one by its URL. All of them pass
the kit in tests/collector/store/test_contract.py.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.lines.facts import Fact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.lines.record_line import RecordLine, record_line
from hopscope_wire.model import Record


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that claims to be ours, or is garbage, and cannot be stored."""

    reason: str
    """The word it is counted under: `malformed`, `cut`, `not_text`, `too_long`, …"""

    fingerprint: int
    """64-bit hash of the whole line. A line with a fingerprint that was refused before is counted as repeated."""

    source: str
    place: str
    """Where in the source a person finds it: `line 17`, `event 3849…`."""

    message: str
    """What is wrong, what was expected."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one write makes durable together, or not at all."""

    records: Sequence[RecordLine] = ()
    facts: Sequence[Fact] = ()
    refused: Sequence[RefusedLine] = ()
    positions: Mapping[str, str] = field(default_factory=dict)
    """By name of the source: where to go on after this batch. Opaque to the store."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch: `received` is the sum of the three."""

    stored: int = 0
    repeated: int = 0
    refused: int = 0

    @property
    def received(self) -> int:
        """Records and refused lines of the batch."""
        return self.stored + self.repeated + self.refused


@dataclass(frozen=True, slots=True)
class Reach:
    """How far `records_of()` goes from one id to the next."""

    max_records_an_id: int = 2_000
    """An id with more records than this is shared (a tenant, a date): not followed, and named in `Closure.cut`."""

    max_records: int = 50_000
    """The closure stops growing here and says so."""

    unfollowed_keys: frozenset[str] = frozenset()
    """Names of keys that never join: their values are found when asked for, but not followed."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Every record connected with some ids."""

    records: tuple[Record, ...] = ()
    """Sorted by `start_us`, then invocation id; a begin before its end."""

    facts: tuple[PlatformFact, ...] = ()
    """What the platform said about the request ids in them, sorted by `at_us`: also of invocations without a record."""

    brokers: tuple[BrokerFact, ...] = ()
    """What brokers said about the refs in them, and about what those became, sorted by `at_us`."""

    cut: tuple[str, ...] = ()
    """Ids that were not followed because too many records share them, sorted."""

    is_complete: bool = True
    """False when `Reach.max_records` stopped it."""


class Seen(NamedTuple):
    """One invocation in the list of the newest. Compares by time, then id: its own paging cursor."""

    started_us: int
    invocation_id: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What was written since a token."""

    token: int
    """To be given the next time."""

    ids: tuple[str, ...] = ()
    """Trace ids that got a record and refs that new facts are about, each once: ids for `records_of()`."""

    is_everything: bool = False
    """True when the store does not know what changed since that token: read everything again. Then `ids` is empty."""


@dataclass(frozen=True, slots=True)
class Example:
    """The first line that was refused for a reason."""

    source: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Stats:
    """Counters since the store was made. `received = stored + repeated + sum(refused)`."""

    received: int = 0
    stored: int = 0
    """Records that were new when they came; those that `prune()` removed later stay counted."""

    repeated: int = 0
    """Records that were stored, and refused lines that were refused, before."""

    refused: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, Example] = field(default_factory=dict)
    kept: int = 0
    """Records in the store now: `stored` less `pruned`."""

    pruned: int = 0
    facts: int = 0
    """Facts of the platform and of brokers in the store now; they are no part of the equation."""

    oldest_us: int | None = None
    """Start of the oldest invocation. None when the store is empty."""

    newest_us: int | None = None


class Store(Protocol):
    """Where records live.

    **Writing.** `write()` MUST return only when the batch would survive a crash of the machine, and MUST be atomic:
    records, facts, counters and positions of one batch are there together or not at all, so that a source that goes
    on from `position()` neither loses nor doubles anything. It MUST be idempotent: a record whose text is stored
    already, a fact that equals a stored one, a refused line whose fingerprint is known change nothing but the
    counter `repeated` (facts are not counted). A batch MAY hold the same record twice, parts of many traces, ends
    before begins, and records of any age. What `write()` raises is a `StoreError`; then nothing of the batch is
    stored, and the same batch MAY be tried again. There is one writer at a time: a second one waits, then gets
    `StoreBusy`. A store whose transactions are smaller than a batch (DynamoDB) MAY let records of it be seen before
    `write()` returned, and after it raised; positions, counters and changes MUST tell nothing of it then, and the
    batch that is tried again MUST count as new. Such a store MAY have several writers at once.

    **Reading.** Any number of readers, also in other processes, MAY read while one writes, and MUST see whole
    batches only. A reader's calls are each consistent in themselves, not with one another.

    An *id* is text: a trace id, invocation id, send id, request id, correlation id, an X-Ray Root as 32 hex digits, a
    ref (`sqs/<id>`), a ref without its kind (`<id>`), or a key (`name=value`). A store MUST NOT find a record by an id
    that the record does not hold.
    """

    def write(self, batch: Batch) -> Written:
        """Make the batch durable, and say what became of it."""
        ...

    def position(self, source: str) -> str | None:
        """Where the source stood in the last batch that named it. None when it never did."""
        ...

    def records_of(self, ids: Iterable[str], reach: Reach = ...) -> Closure:
        """Every record that holds one of the ids, or shares an id with one that does, and so on.

        An id that nothing holds adds nothing. An id that is asked for is followed even when it is shared, but then
        at most `reach.max_records_an_id` of its records, about the newest, are given.
        """
        ...

    def newest(self, limit: int, before: Seen | None = None) -> list[Seen]:
        """Invocations by start, newest first: at most `limit`, all of them less than `before`.

        Each invocation once, under the trace id of its record (of its begin, when they differ). Pages are stable
        under writes: what was given on one page is never given on the next.
        """
        ...

    def changes_since(self, token: int) -> Changes:
        """What was written since the token was given; token 0 gives everything. Cheap when nothing was."""
        ...

    def stats(self) -> Stats:
        """The counters, in one consistent state."""
        ...

    def prune(self, older_than_us: int) -> int:
        """Remove records and facts of invocations that started before, and say how many records went.

        Idempotent. Refused lines stay known and counted. Removed records that come again are stored again. When
        records went, that is a change of everything for `changes_since()`.
        """
        ...

    def close(self) -> None:
        """Let go of files and locks. Twice is once."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


def batch_of(records: Iterable[Record], facts: Collection[Fact] = ()) -> Batch:
    """A batch of decoded records, from no source."""
    return Batch(records=[record_line(each) for each in records], facts=tuple(facts))
