"""What a source hears of the store, and a person of the source."""

from collections.abc import Callable, Iterator, Sequence

from hopscope_collector.errors import SourceFailed
from hopscope_collector.ingest import Collected, collect
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.store.contract import Batch, Written
from hopscope_collector.store.memory import MemoryStore


class Given:
    """Hands over what it was made with."""

    name = "given:"

    def __init__(self, *batches: Lines) -> None:
        self._batches: Sequence[Lines] = batches

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:  # noqa: ARG002 - it has one run
        yield from self._batches


class Heard:
    def __init__(self) -> None:
        self.words: list[str] = []

    def progress(self, source: str, collected: Collected) -> None: ...

    def say(self, words: str) -> None:
        self.words.append(words)


class Told(MemoryStore):
    """Notes in a diary when it wrote."""

    def __init__(self, diary: list[str]) -> None:
        super().__init__()
        self._diary = diary

    def write(self, batch: Batch) -> Written:
        self._diary.append("written")
        return super().write(batch)


def noting(diary: list[str], words: str) -> Callable[[], None]:
    return lambda: diary.append(words)


def refusing() -> None:
    raise SourceFailed("given: AWS refuses DeleteMessage")


def test_a_source_is_told_after_its_lines_are_durable_also_when_none_was_ours() -> None:
    diary: list[str] = []
    source = Given(
        Lines(["a user's own"], stored=noting(diary, "first")), Lines(["another"], stored=noting(diary, "second"))
    )

    collect([source], Told(diary), Heard(), Stop())

    assert diary == ["written", "first", "second"]


def test_a_source_that_cannot_be_told_is_named_and_the_others_are_told() -> None:
    diary: list[str] = []
    source = Given(Lines(["one"], stored=refusing), Lines(["two"], stored=noting(diary, "second")))

    collected = collect([source], MemoryStore(), Heard(), Stop())

    assert [str(each) for each in collected.failed] == ["given: AWS refuses DeleteMessage"]
    assert diary == ["second"]


def test_a_notice_is_heard_with_the_name_of_its_source() -> None:
    heard = Heard()

    collect([Given(Lines(notice="AWS hands over a sample"))], MemoryStore(), heard, Stop())

    assert heard.words == ["given:: AWS hands over a sample"]
