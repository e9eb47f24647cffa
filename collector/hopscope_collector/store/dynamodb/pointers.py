"""Which pointers and list entries a batch needs, beyond those this process has written already.

A pointer says that some record of a trace holds an id. All hops of a trace need the same few, so a process remembers
what it wrote; forgetting only costs a write. An id that very many traces share would make one partition hot: past
`SPREAD_FROM` traces its pointers are spread over sixteen, and a mark in the first one says so.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable

from hopscope_collector.lines.record_line import RecordLine
from hopscope_collector.store.dynamodb import keys
from hopscope_collector.store.dynamodb.keys import Key
from hopscope_collector.store.ids import bare

SPREAD_FROM = 512
"""Traces of one id, within one process."""

REMEMBERED = 200_000
"""Keys: about 40 MB."""


class Pointers:
    """What one process has written. Not for several threads."""

    def __init__(self) -> None:
        self._written: OrderedDict[Key, None] = OrderedDict()
        self._traces_by_id: Counter[str] = Counter()

    def needed(self, lines: Iterable[RecordLine]) -> dict[Key, int]:
        """The keys that are to be written for these records, with the time that `prune()` judges them by."""
        wanted = dict(self._listings(lines))
        for line in lines:
            end_us = keys.period_end_us(line)
            for each in {bare(each) for each in line.ids} - {line.trace_id}:
                wanted.update(dict.fromkeys(self._pointers(each, line), end_us))
        return {key: at_us for key, at_us in wanted.items() if key not in self._written}

    def wrote(self, written: Iterable[Key]) -> None:
        """These are in the table now."""
        for key in written:
            self._written[key] = None
        while len(self._written) > REMEMBERED:
            self._written.popitem(last=False)

    def forget(self) -> None:
        """Somebody may have removed what was written."""
        self._written.clear()

    def _pointers(self, bare_id: str, line: RecordLine) -> list[Key]:
        plain = keys.pointer_key(bare_id, line)
        if self._traces_by_id[bare_id] < SPREAD_FROM:
            if plain not in self._written:
                self._traces_by_id[bare_id] += 1
                self._bound()
            return [plain]
        if plain in self._written:
            return []
        return [keys.pointer_key(bare_id, line, is_spread=True), (plain[0], keys.SPREAD)]

    def _bound(self) -> None:
        if len(self._traces_by_id) > REMEMBERED:
            shared = {each: count for each, count in self._traces_by_id.items() if count >= SPREAD_FROM // 2}
            self._traces_by_id = Counter(shared)

    def _listings(self, lines: Iterable[RecordLine]) -> Iterable[tuple[Key, int]]:
        """One a invocation; that of its begin, when this batch or an earlier one has it."""
        least: dict[tuple[int, str], RecordLine] = {}
        for line in lines:
            at = (line.started_us, line.invocation_id)
            if at not in least or keys.listing_key(line) < keys.listing_key(least[at]):
                least[at] = line
        return [(keys.listing_key(line), line.started_us) for line in least.values()]
