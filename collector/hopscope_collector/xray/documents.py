"""Segment documents out of whatever was saved of X-Ray (pure).

{"Traces":[{"Id":…,"Segments":[{"Id":…,"Document":"{…}"}]}]}     aws xray batch-get-traces
{"Traces":[{"Id":…,"Spans":[{"Id":…,"Document":"{…}"}]}]}        aws xray list-retrieved-traces
{"trace_id":"1-…","id":…}                                        a segment document, or a list or lines of them
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hopscope_collector.xray.segments import NotASegment

MOST_BYTES = 64 << 20


def documents_in(text: str) -> list[Mapping[str, Any]]:
    """The documents of a file, traces together.

    Raises:
        NotASegment: it holds none.
    """
    try:
        found = list(_documents(json.loads(text)))
    except (ValueError, RecursionError):
        found = [each for line in text.splitlines() if line.strip() for each in _of_line(line)]
    if not found:
        raise NotASegment("no segment document is in it; expected what `aws xray batch-get-traces` prints")
    return found


def documents_of_traces(traces: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The documents of an answer of the API."""
    return [document for trace in traces for document in _of_trace(trace)]


def _of_line(line: str) -> Iterator[Mapping[str, Any]]:
    try:
        yield from _documents(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise NotASegment(f"a line is not JSON ({type(error).__name__}); expected segment documents") from None


def _documents(found: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(found, list):
        for each in found:
            yield from _documents(each)
    elif isinstance(found, dict):
        traces = found.get("Traces")
        if isinstance(traces, list):
            yield from documents_of_traces(each for each in traces if isinstance(each, dict))
        elif "trace_id" in found and "id" in found:
            yield found
        else:
            yield from _of_trace(found)


def _of_trace(trace: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("Segments", "Spans"):
        parts = trace.get(name)
        for part in parts if isinstance(parts, list) else ():
            text = part.get("Document") if isinstance(part, dict) else None
            try:
                document = json.loads(text) if isinstance(text, str) else text
            except (ValueError, RecursionError):
                raise NotASegment(f"the document of segment {str(part.get('Id'))[:40]!r} is not JSON") from None
            if isinstance(document, dict):
                yield document
