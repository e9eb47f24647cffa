"""A Kinesis stream that a log subscription (or anything that writes record lines) fills.

    shard-0  ──────┐ closed      after 4959…, has ended
    shard-1        ├──────────▶  after 4961…
    shard-2        └──────────▶  not begun: from `began_ms` on

Every shard is read from where the last stored batch left it; a shard that a resharding made is read from its start.
The order between shards does not matter: flows are made at read, from whatever came in whatever order.

    position   {"made_ms", "began_ms", "shards": {shard id: {"after", "has_ended"}}}
"""

import functools
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from hopscope_collector.sources.cloudwatch import Span
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.patience import Patience, Waiting
from hopscope_collector.sources.payload import texts_of
from hopscope_collector.sources.stream_records import (
    IteratorExpired,
    RecordPage,
    ShardGone,
    StreamRecord,
    StreamRecords,
)

POLL_S = 1.0
"""Between two rounds over all shards when none had anything: GetRecords is limited to five a second and shard."""

LIST_S = 30.0
"""How often new shards are looked for; at once when one has ended."""

HANDED_OVER = 50
"""Records handed over at once: each may unpack to many lines."""


@dataclass(slots=True)
class _Shard:
    """How far one shard was read."""

    after: str | None = None
    """Sequence number of the last record that was handed over. None: nothing was."""

    has_ended: bool = False
    """Closed by a resharding, and read to its end."""


@dataclass(slots=True)
class _Position:
    made_ms: int
    began_ms: int
    """Where reading began: an earlier beginning starts over."""

    shards: dict[str, _Shard] = field(default_factory=dict)

    def kept(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))


class KinesisSource:
    """The lines in the records of one stream."""

    def __init__(self, stream: str, records: StreamRecords, span: Span) -> None:
        self.name = f"kinesis:{stream}" + (f" at {records.endpoint}" if records.endpoint else "")
        self._records = records
        self._span = span
        first_pause_s = 0.05 if records.endpoint else 1.0
        self._patience = Patience(self.name, first_pause_s=first_pause_s, is_followed=span.is_followed)
        self._poll_s = POLL_S / 4 if records.endpoint else POLL_S
        self._position = _Position(0, span.since_ms)
        self._iterators: dict[str, str] = {}
        self._at_tip: set[str] = set()
        """Shards whose last page reached the newest record."""

        self._done: set[str] = set()
        """Shards that were read to the end of the wanted time."""

        self._list_at = 0.0

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        """As in `Source`."""
        made_ms = yield from self._patience.ask(self._records.made_ms, stop)
        if made_ms is None:
            return
        self._position = self._resumed(position, made_ms)
        while not stop.is_set:
            yield from self._list_shards_when_due(stop)
            had_some = False
            for shard in self._open_shards():
                for lines in self._round(shard, stop):
                    had_some = had_some or bool(lines.texts)
                    yield lines
                if stop.is_set:
                    return
            if had_some or self._is_list_due or not self._at_tip.issuperset(self._open_shards()):
                continue
            yield Lines(is_idle=True)
            if not self._span.is_followed:
                return
            stop.sleep(self._poll_s)

    def _resumed(self, position: str | None, made_ms: int) -> _Position:
        if position:
            kept = json.loads(position)
            shards = {shard: _Shard(**found) for shard, found in kept["shards"].items()}
            if kept["made_ms"] == made_ms and kept["began_ms"] <= self._span.since_ms:
                return _Position(made_ms, kept["began_ms"], shards)
        return _Position(made_ms, self._span.since_ms)

    @property
    def _is_list_due(self) -> bool:
        return time.monotonic() >= self._list_at

    def _list_shards_when_due(self, stop: Stop) -> Waiting[None]:
        """Shards that the stream no longer knows go out of the position."""
        listed = (yield from self._patience.ask(self._records.shards, stop)) if self._is_list_due else None
        if listed is not None:
            known = self._position.shards
            self._position.shards = {shard: known.get(shard, _Shard()) for shard in sorted(listed)}
            self._list_at = time.monotonic() + LIST_S

    def _open_shards(self) -> Sequence[str]:
        return [shard for shard, at in self._position.shards.items() if not at.has_ended and shard not in self._done]

    def _round(self, shard: str, stop: Stop) -> Iterator[Lines]:
        """One page of a shard, handed over piece by piece."""
        page = yield from self._page(shard, stop)
        if page is None:
            return
        at = self._position.shards[shard]
        wanted = self._wanted(page.records)
        for first in range(0, len(wanted), HANDED_OVER):
            if stop.is_set:
                return
            records = wanted[first : first + HANDED_OVER]
            at.after = records[-1].sequence
            yield self._lines(shard, records, f"{shard} is {page.behind_ms / 1_000:,.0f} s behind")
        if len(wanted) < len(page.records):
            self._done.add(shard)
        elif page.next_iterator is None:
            at.has_ended = True
            self._list_at = 0.0
            yield Lines(position=self._position.kept())
        else:
            self._iterators[shard] = page.next_iterator
            (self._at_tip.add if page.behind_ms == 0 else self._at_tip.discard)(shard)

    def _page(self, shard: str, stop: Stop) -> Waiting[RecordPage | None]:
        """The next page of a shard. None when told to stop, or when there is none right now."""
        try:
            return (yield from self._patience.ask(functools.partial(self._asked, shard), stop))
        except IteratorExpired:
            self._iterators.pop(shard, None)
        except ShardGone:
            self._position.shards.pop(shard, None)
        return None

    def _asked(self, shard: str) -> RecordPage:
        iterator = self._iterators.get(shard)
        if iterator is None:
            after = self._position.shards[shard].after
            iterator = self._iterators[shard] = self._records.iterator(shard, after, self._position.began_ms)
        return self._records.page(iterator)

    def _wanted(self, records: Sequence[StreamRecord]) -> Sequence[StreamRecord]:
        """Those that arrived before the end of the wanted time."""
        until_ms = self._span.until_ms
        return list(itertools.takewhile(lambda each: until_ms is None or each.arrived_ms < until_ms, records))

    def _lines(self, shard: str, records: Sequence[StreamRecord], reached: str) -> Lines:
        texts, places, at_us = [], [], []
        for record in records:
            for text in texts_of(record.payload):
                texts.append(text)
                places.append(f"{shard} sequence {record.sequence}")
                at_us.append(record.arrived_ms * 1_000)
        return Lines(texts, places=places, at_us=at_us, position=self._position.kept(), reached=reached)
