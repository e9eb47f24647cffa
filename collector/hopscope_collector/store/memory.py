"""The reference store: everything in dictionaries, gone with the process.

It is what the other stores are compared with, and what tests read from. Durable only as long as the process lives.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

from hopscope_collector.lines.facts import Fact, about
from hopscope_collector.lines.record_line import RecordLine
from hopscope_collector.store.closing import Match, closure_of
from hopscope_collector.store.contract import (
    Batch,
    Changes,
    Closure,
    Example,
    Reach,
    RefusedLine,
    Seen,
    Stats,
    Written,
)
from hopscope_collector.store.ids import bare
from hopscope_collector.store.listing import seen_in

DEFAULT_REACH = Reach()


class MemoryStore:
    """A `Store` in dictionaries. Not for several threads."""

    def __init__(self) -> None:
        self._lines: dict[str, RecordLine] = {}
        self._texts_by_bare_id: dict[str, dict[str, None]] = defaultdict(dict)
        self._facts: dict[Fact, None] = {}
        self._fingerprints: set[int] = set()
        self._positions: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._examples: dict[str, Example] = {}
        self._changed: list[tuple[str, ...] | None] = []
        """By write: the ids it touched. None for everything."""

    def write(self, batch: Batch) -> Written:
        """As in `Store`."""
        fresh = {line.text: line for line in batch.records if line.text not in self._lines}
        refused: dict[int, RefusedLine] = {}
        for refusal in batch.refused:
            if refusal.fingerprint not in self._fingerprints:
                refused.setdefault(refusal.fingerprint, refusal)
        facts = dict.fromkeys(each for each in batch.facts if each not in self._facts)
        for line in fresh.values():
            self._add(line)
        for refusal in refused.values():
            self._refuse(refusal)
        self._facts.update(facts)
        self._positions.update(batch.positions)
        self._note_change(fresh.values(), facts)
        received = len(batch.records) + len(batch.refused)
        written = Written(len(fresh), received - len(fresh) - len(refused), len(refused))
        self._counts.update(stored=written.stored, repeated=written.repeated)
        return written

    def position(self, source: str) -> str | None:
        """As in `Store`."""
        return self._positions.get(source)

    def records_of(self, ids: Iterable[str], reach: Reach = DEFAULT_REACH) -> Closure:
        """As in `Store`."""
        return closure_of(ids, reach, self._lookup, self._facts_of)

    def newest(self, limit: int, before: Seen | None = None) -> list[Seen]:
        """As in `Store`."""
        return seen_in(self._lines.values(), before)[:limit]

    def changes_since(self, token: int) -> Changes:
        """As in `Store`."""
        if not 0 < token <= len(self._changed):
            return Changes(len(self._changed), is_everything=True)
        changed = self._changed[token:]
        if None in changed:
            return Changes(len(self._changed), is_everything=True)
        return Changes(len(self._changed), tuple(dict.fromkeys(each for ids in changed for each in ids or ())))

    def stats(self) -> Stats:
        """As in `Store`."""
        starts = [line.started_us for line in self._lines.values()]
        stored, repeated = self._counts["stored"], self._counts["repeated"]
        return Stats(
            received=stored + repeated + self._refused.total(),
            stored=stored,
            repeated=repeated,
            refused=dict(self._refused),
            examples=dict(self._examples),
            kept=len(self._lines),
            pruned=self._counts["pruned"],
            facts=len(self._facts),
            oldest_us=min(starts, default=None),
            newest_us=max(starts, default=None),
        )

    def prune(self, older_than_us: int) -> int:
        """As in `Store`."""
        old = [text for text, line in self._lines.items() if line.started_us < older_than_us]
        for text in old:
            line = self._lines.pop(text)
            for each in line.ids:
                self._texts_by_bare_id[bare(each)].pop(text, None)
        self._facts = {each: None for each in self._facts if each.at_us >= older_than_us}
        self._counts["pruned"] += len(old)
        if old:
            self._changed.append(None)
        return len(old)

    def close(self) -> None:
        """As in `Store`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, line: RecordLine) -> None:
        self._lines[line.text] = line
        for each in line.ids:
            self._texts_by_bare_id[bare(each)][line.text] = None

    def _refuse(self, line: RefusedLine) -> None:
        self._fingerprints.add(line.fingerprint)
        self._refused[line.reason] += 1
        self._examples.setdefault(line.reason, Example(line.source, line.place, line.message))

    def _note_change(self, lines: Iterable[RecordLine], facts: Iterable[Fact]) -> None:
        ids = dict.fromkeys(line.trace_id for line in lines)
        ids.update(dict.fromkeys(about(each) for each in facts if about(each)))
        if ids:
            self._changed.append(tuple(ids))

    def _lookup(self, ids: Sequence[str], most: int) -> Iterator[Match]:  # noqa: ARG002 - it gives them all
        for each in ids:
            yield Match(each, [self._lines[text] for text in self._texts_by_bare_id.get(bare(each), ())])

    def _facts_of(self, bare_ids: Sequence[str]) -> list[Fact]:
        wanted = set(bare_ids)
        return [each for each in self._facts if bare(about(each)) in wanted]
