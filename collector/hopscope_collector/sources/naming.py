"""What `hopscope collect SOURCE` names.

file:PATH            a file, every file of a folder, or of a pattern (`file:logs/*.gz`)
-                    standard input
logs:GROUP-PREFIX    every CloudWatch log group whose name begins so, by polling
live:GROUP-PREFIX    the same by Live Tail: up to ten groups, from now on
kinesis:STREAM       a Kinesis stream, by name or ARN
sqs:URL              an SQS queue
executions:WHICH     Step Functions histories: of an execution, a state machine, or those whose name begins so
executions-file:PATH the same, as the AWS CLI printed them
durable:FUNCTION     durable executions of a function
xray:FILTER          X-Ray traces by a filter expression (`*`: all), or by their ids
xray-file:PATH       the same, as the AWS CLI printed them
"""

import functools
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hopscope_collector.errors import NotASource
from hopscope_collector.key_paths import KeyPaths
from hopscope_collector.sources.contract import Source
from hopscope_collector.sources.file import FileSource
from hopscope_collector.sources.stdin import StdinSource

if TYPE_CHECKING:
    from hopscope_collector.executions.source import LinesOf
    from hopscope_collector.sources.cloudwatch import Span  # imports boto3: late, and only for what needs it

EXPECTED = (
    "file:PATH, - (standard input), logs:GROUP-PREFIX, live:GROUP-PREFIX, kinesis:STREAM, sqs:URL, "
    "executions:WHICH, executions-file:PATH, durable:FUNCTION, xray:FILTER or xray-file:PATH"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the sources shall be read."""

    is_followed: bool = False
    """Whether to go on when their end is reached."""

    since_us: int = 0
    """Where reading of logs begins, epoch microseconds, when it did not begin earlier already."""

    until_us: int | None = None
    """Where it ends, excluded. None: no end."""

    key_paths: KeyPaths = field(default_factory=dict)
    """Where business keys are in the input of an execution."""


def sources_of(text: str, wanted: Wanted) -> list[Source]:
    """The sources that the text names, at least one.

    Raises:
        NotASource: it names none.
    """
    if text == "-":
        return [StdinSource(cast(io.BufferedReader, sys.stdin.buffer))]
    kind, colon, rest = text.partition(":")
    if kind in _KINDS and rest:
        return _KINDS[kind](rest, wanted)
    if not colon and Path(text).exists():
        raise NotASource(f"{text!r} is not a source; did you mean file:{text}?")
    raise NotASource(f"{text!r} is not a source; expected {EXPECTED}")


def _files(pattern: str, wanted: Wanted) -> list[Source]:
    return [FileSource(path, is_followed=wanted.is_followed) for path in _paths(pattern)]


def _cloudwatch(prefix: str, wanted: Wanted) -> list[Source]:
    from hopscope_collector.sources.cloudwatch import CloudWatchSource
    from hopscope_collector.sources.log_events import CloudWatchLogs

    return [CloudWatchSource(prefix, CloudWatchLogs(), _span(wanted))]


def _live(prefix: str, wanted: Wanted) -> list[Source]:
    from hopscope_collector.sources.live import LiveSource
    from hopscope_collector.sources.live_tail import CloudWatchTail
    from hopscope_collector.sources.log_events import CloudWatchLogs

    if not wanted.is_followed:
        raise NotASource(f"live:{prefix} has no end; with --once or --until use logs:{prefix}")
    logs = CloudWatchLogs()
    return [LiveSource(prefix, logs, CloudWatchTail(logs.endpoint), wanted.since_us // 1_000)]


def _kinesis(stream: str, wanted: Wanted) -> list[Source]:
    from hopscope_collector.sources.kinesis import KinesisSource
    from hopscope_collector.sources.stream_records import KinesisRecords

    return [KinesisSource(stream, KinesisRecords(stream), _span(wanted))]


def _sqs(url: str, wanted: Wanted) -> list[Source]:
    from hopscope_collector.sources.queue_messages import SqsMessages
    from hopscope_collector.sources.sqs import SqsSource

    return [SqsSource(url, SqsMessages(url), is_followed=wanted.is_followed)]


def _executions(which: str, wanted: Wanted) -> list[Source]:
    from hopscope_collector.executions import source
    from hopscope_collector.executions.step_functions import StepFunctionsApi

    reach = source.Wanted(wanted.since_us, wanted.is_followed)
    return [source.ExecutionsSource(which, StepFunctionsApi(which), _kept(wanted), reach)]


def _durable(function: str, wanted: Wanted) -> list[Source]:
    from hopscope_collector.executions import source
    from hopscope_collector.executions.durable_functions import DurableFunctionsApi

    reach = source.Wanted(wanted.since_us, wanted.is_followed)
    return [source.ExecutionsSource(function, DurableFunctionsApi(function), _kept(wanted), reach)]


def _executions_file(path: str, wanted: Wanted) -> list[Source]:
    from hopscope_collector.executions.file_source import ExecutionsFileSource

    return [ExecutionsFileSource(Path(path).expanduser(), _kept(wanted))]


def _xray(expression: str, wanted: Wanted) -> list[Source]:
    from hopscope_collector.sources.xray import Reach, XRaySource
    from hopscope_collector.sources.xray_api import XRayApi

    reach = Reach(wanted.since_us, wanted.until_us, wanted.is_followed)
    return [XRaySource(expression, XRayApi(f"xray:{expression}"), reach)]


def _xray_file(path: str, _wanted: Wanted) -> list[Source]:
    from hopscope_collector.sources.xray import XRayFileSource

    return [XRayFileSource(Path(path).expanduser())]


def _kept(wanted: Wanted) -> "LinesOf":
    from hopscope_collector.executions.keeping import kept_lines

    return functools.partial(kept_lines, paths=wanted.key_paths)


def _span(wanted: Wanted) -> "Span":
    from hopscope_collector.sources.cloudwatch import Span

    until_ms = None if wanted.until_us is None else wanted.until_us // 1_000
    return Span(wanted.since_us // 1_000, until_ms, wanted.is_followed)


def _paths(text: str) -> list[Path]:
    path = Path(text).expanduser()
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.is_file() and not _is_hidden(each, path))
        if not found:
            raise NotASource(f"file:{text} is a folder without files; expected a log file")
        return found
    if not path.exists() and any(each in text for each in "*?["):
        found = sorted(each for each in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if each.is_file())
        if not found:
            raise NotASource(f"file:{text} matches no file; expected at least one")
        return found
    return [path]


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


_KINDS: dict[str, Callable[[str, Wanted], list[Source]]] = {
    "file": _files,
    "logs": _cloudwatch,
    "live": _live,
    "kinesis": _kinesis,
    "sqs": _sqs,
    "executions": _executions,
    "executions-file": _executions_file,
    "durable": _durable,
    "xray": _xray,
    "xray-file": _xray_file,
}
