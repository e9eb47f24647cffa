"""`executions-file:PATH`: saved histories as a source of lines."""

from collections.abc import Iterator
from pathlib import Path

from hopscope_collector.errors import NotASource, SourceFailed
from hopscope_collector.executions.errors import NotAnExecution
from hopscope_collector.executions.saved import executions_from_file
from hopscope_collector.executions.source import LinesOf
from hopscope_collector.lines.sorting import fingerprint_of
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.store.contract import RefusedLine

NO_ARN = "no_arn"


class ExecutionsFileSource:
    """The executions in one file that `hopscope execution` reads, too. Read whole each time: a repeat is free."""

    def __init__(self, path: Path, lines_of: LinesOf) -> None:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist" if not path.exists() else "is not a plain file"
            expected = "expected what `aws stepfunctions get-execution-history` prints"
            raise NotASource(f"executions-file:{path} {what}; {expected}")
        self.name = f"executions-file:{path.absolute()}"
        self._path = path
        self._lines_of = lines_of

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:  # noqa: ARG002 - a file is read in a moment
        """As in `Source`."""
        try:
            with self._path.open("rb") as file:
                histories = executions_from_file(file)
        except OSError as error:
            raise SourceFailed(f"{self.name} cannot be read: {error.strerror or error}") from error
        except NotAnExecution as error:
            raise SourceFailed(f"{self.name}: {error}") from error
        for number, history in enumerate(histories, 1):
            if stop.is_set:
                return
            texts = list(self._lines_of(history))
            refused = () if texts else (self._refused(number),)
            yield Lines(texts, places=[f"execution {number}"] * len(texts), refused=refused)
        yield Lines(is_idle=True)

    def _refused(self, number: int) -> RefusedLine:
        place = f"execution {number}"
        message = "has no ARN or no start; expected its describe output beside the history. Append it to the file"
        return RefusedLine(NO_ARN, fingerprint_of(f"{self.name} {place}"), self.name, place, message)
