"""A source of given lines, for tests and for feeding a store by hand."""

from collections.abc import Iterator, Sequence

from hopscope_collector.sources.contract import Lines, Stop


class MemorySource:
    """Hands over the lines it was made with, `batch` at a time. The position is the number of lines handed over."""

    def __init__(self, texts: Sequence[str], *, name: str = "memory:", batch: int = 100) -> None:
        self.name = name
        self._texts = texts
        self._batch = batch

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        """As in `Source`."""
        for start in range(int(position or 0), len(self._texts), self._batch):
            if stop.is_set:
                return
            texts = self._texts[start : start + self._batch]
            yield Lines(texts, first_number=start + 1, position=str(start + len(texts)))
