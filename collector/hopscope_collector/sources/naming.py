"""What `hopscope collect SOURCE` names.

file:PATH            a file, every file of a folder, or of a pattern (`file:logs/*.gz`)
-                    standard input
"""

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from hopscope_collector.errors import NotASource
from hopscope_collector.sources.contract import Source
from hopscope_collector.sources.file import FileSource
from hopscope_collector.sources.stdin import StdinSource

EXPECTED = "file:PATH, - (standard input) or logs:GROUP-PREFIX"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the sources shall be read."""

    is_followed: bool = False
    """Whether to go on when their end is reached."""

    since_us: int = 0
    """Where reading of logs begins, epoch microseconds, when it did not begin earlier already."""

    until_us: int | None = None
    """Where it ends, excluded. None: no end."""


def sources_of(text: str, wanted: Wanted) -> list[Source]:
    """The sources that the text names, at least one.

    Raises:
        NotASource: it names none.
    """
    if text == "-":
        return [StdinSource(cast(io.BufferedReader, sys.stdin.buffer))]
    kind, colon, rest = text.partition(":")
    if kind == "file" and rest:
        return [FileSource(path, is_followed=wanted.is_followed) for path in _paths(rest)]
    if kind == "logs" and rest:
        return [_cloudwatch(rest, wanted)]
    if not colon and Path(text).exists():
        raise NotASource(f"{text!r} is not a source; did you mean file:{text}?")
    raise NotASource(f"{text!r} is not a source; expected {EXPECTED}")


def _cloudwatch(prefix: str, wanted: Wanted) -> Source:
    from hopscope_collector.sources.cloudwatch import CloudWatchSource, Span
    from hopscope_collector.sources.log_events import CloudWatchLogs

    until_ms = None if wanted.until_us is None else wanted.until_us // 1_000
    return CloudWatchSource(prefix, CloudWatchLogs(), Span(wanted.since_us // 1_000, until_ms, wanted.is_followed))


def _paths(text: str) -> list[Path]:
    path = Path(text).expanduser()
    if path.is_dir():
        found = sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
        if not found:
            raise NotASource(f"file:{text} is a folder without files; expected a log file")
        return found
    if not path.exists() and any(each in text for each in "*?["):
        found = sorted(each for each in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if each.is_file())
        if not found:
            raise NotASource(f"file:{text} matches no file; expected at least one")
        return found
    return [path]
