"""`xray:FILTER` and `xray-file:PATH`: X-Ray's traces as a source of lines.

    xray:service("place-order")       a filter expression, as the console takes it
    xray:1-6920530b-7bf74129…         these traces, by id, separated by commas
    xray-file:traces.json             what `aws xray batch-get-traces` printed

Summaries are asked for hour by hour, traces for those that are new or changed. The position is the end of the last
hour that was read; some minutes are read again, since segments arrive late.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from hopscope_collector.errors import NotASource, SourceFailed
from hopscope_collector.lines.sorting import fingerprint_of
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.patience import Patience
from hopscope_collector.store.contract import RefusedLine
from hopscope_collector.wall_clock import wall_clock_us
from hopscope_collector.xray.documents import MOST_BYTES, documents_in, documents_of_traces
from hopscope_collector.xray.segments import NotASegment, lines_of

WINDOW_US = 3_600_000_000
"""How much time one question is about: GetTraceSummaries takes six hours at most."""

LATE_US = 300_000_000
"""Segments may come so late: this much before the position is read again."""

POLL_S = 10.0
POLL_LOCAL_S = 0.25
AT_ONCE = 100
MOST_REMEMBERED = 20_000

MALFORMED = "not_a_segment"

Trace = Mapping[str, Any]
"""A summary or a trace, as X-Ray answers."""

_TRACE_ID = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}\Z")


class Traces(Protocol):
    """X-Ray, or what stands for it."""

    endpoint: str | None

    def summaries(self, expression: str, from_us: int, to_us: int) -> Iterator[Trace]:
        """What is known of each trace that fits, between two moments."""
        ...

    def traces(self, ids: Sequence[str], stop: Stop) -> list[Trace]:
        """Their segments."""
        ...


@dataclass(frozen=True, slots=True)
class Reach:
    """Which moments are asked for, epoch microseconds."""

    since_us: int
    until_us: int | None = None
    """None: until now."""

    is_followed: bool = False


class XRaySource:
    """The traces that a filter names, as `Source` promises."""

    def __init__(self, text: str, traces: Traces, reach: Reach) -> None:
        self.name = f"xray:{text}" + (f" at {traces.endpoint}" if traces.endpoint else "")
        self._ids = [each.strip() for each in text.split(",")]
        self._is_by_id = all(map(_TRACE_ID.match, self._ids))
        self._expression = "" if text == "*" else text
        self._traces = traces
        self._since_us, self._until_us, self._is_followed = reach.since_us, reach.until_us, reach.is_followed
        first_pause_s = 0.05 if traces.endpoint else 1.0
        self._patience = Patience(self.name, first_pause_s=first_pause_s, is_followed=reach.is_followed)
        self._seen: dict[str, str] = {}
        """What was known of each trace when it was read."""

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        """As in `Source`."""
        if self._is_by_id:
            yield from self._read(self._ids, None, stop)
            return
        from_us = max(int(json.loads(position)["to_us"]) - LATE_US, self._since_us) if position else self._since_us
        while not stop.is_set:
            now_us = self._until_us if self._until_us is not None else wall_clock_us()
            while from_us < now_us and not stop.is_set:
                to_us = min(from_us + WINDOW_US, now_us)
                yield from self._window(from_us, to_us, stop)
                from_us = to_us
            yield Lines(is_idle=True)
            if not self._is_followed:
                return
            stop.sleep(POLL_LOCAL_S if self._traces.endpoint else POLL_S)
            from_us = max(from_us - LATE_US, self._since_us)

    def _window(self, from_us: int, to_us: int, stop: Stop) -> Iterator[Lines]:
        """What fits between two moments; the position goes on when all of it was handed over."""
        found = (yield from self._patience.ask(partial(self._summaries, from_us, to_us), stop)) or ()
        changed = []
        for summary in found:
            trace_id, known = str(summary.get("Id")), _known_of(summary)
            if _TRACE_ID.match(trace_id) and self._seen.get(trace_id) != known:
                self._seen[trace_id] = known
                changed.append(trace_id)
        while len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        yield from self._read(changed, json.dumps({"to_us": to_us}), stop)

    def _summaries(self, from_us: int, to_us: int) -> list[Trace]:
        return list(self._traces.summaries(self._expression, from_us, to_us))

    def _read(self, ids: Sequence[str], position: str | None, stop: Stop) -> Iterator[Lines]:
        missing = dict.fromkeys(ids)
        for first in range(0, len(ids), AT_ONCE):
            ask = partial(self._traces.traces, ids[first : first + AT_ONCE], stop)
            for trace in (yield from self._patience.ask(ask, stop)) or ():
                missing.pop(str(trace.get("Id")), None)
                yield from _lines(self.name, partial(documents_of_traces, [trace]), f"trace {trace.get('Id')}")
        if stop.is_set:
            return  # what was not read is asked for again
        for each in missing:
            self._seen.pop(each, None)
        yield Lines(position=position, is_idle=True, notice=_unknown(list(missing)))


class XRayFileSource:
    """The segments in one file. Read whole each time: a repeat is free."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist" if not path.exists() else "is not a plain file"
            raise NotASource(f"xray-file:{path} {what}; expected what `aws xray batch-get-traces` prints")
        self.name = f"xray-file:{path.absolute()}"
        self._path = path

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:  # noqa: ARG002 - a file is read in a moment
        """As in `Source`."""
        try:
            if self._path.stat().st_size > MOST_BYTES:
                raise SourceFailed(f"{self.name} has more than {MOST_BYTES >> 20} MB; split it")
            text = self._path.read_text(encoding="utf-8", errors="replace")
            documents = documents_in(text)
        except OSError as error:
            raise SourceFailed(f"{self.name} cannot be read: {error.strerror or error}") from error
        except NotASegment as error:
            raise SourceFailed(f"{self.name}: {error}") from error
        by_trace: dict[str, list[Mapping[str, Any]]] = {}
        for each in documents:
            by_trace.setdefault(str(each.get("trace_id")), []).append(each)
        for trace_id, found in by_trace.items():
            if stop.is_set:
                return
            yield from _lines(self.name, partial(list, found), f"trace {trace_id}")
        yield Lines(is_idle=True)


def _unknown(ids: Sequence[str]) -> str | None:
    if not ids:
        return None
    return f"X-Ray has no segments of {', '.join(ids[:3])}{', …' if len(ids) > 3 else ''}; it keeps them for 30 days"


def _known_of(summary: Trace) -> str:
    """Changes when another segment of the trace arrived."""
    return " ".join(str(summary.get(name)) for name in ("Duration", "ResponseTime", "IsPartial", "Revision"))


def _lines(source: str, documents: Callable[[], list[Mapping[str, Any]]], place: str) -> Iterator[Lines]:
    """One trace's lines; a trace that is damaged is refused and counted, the others go on."""
    try:
        found = lines_of(documents())
    except NotASegment as error:
        fingerprint = fingerprint_of(f"{source} {place} {error}")
        yield Lines(refused=(RefusedLine(MALFORMED, fingerprint, source, place, str(error)),))
        return
    for function, group in groupby(zip(found.functions, found.texts, strict=True), key=lambda each: each[0]):
        texts = [text for _, text in group]
        yield Lines(texts, places=[place] * len(texts), function=function)
