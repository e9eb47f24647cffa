"""Text to JSON documents, however many stand in it (pure).

one document                      what the CLI prints
documents one after the other     a history and a describe output appended to one file
one document a line               log lines; lines that are no JSON between them are passed over if any line is
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from hopscope_collector.executions.errors import NotAHistory, NotJson

_DECODER = json.JSONDecoder(strict=False)
"""Not strict: control characters in strings are taken as they are, as saved terminal output has them."""


def documents_in(text: str) -> tuple[object, ...]:
    """Every JSON document in a text, at least one.

    Raises:
        NotAnExecution: when the text is empty, or holds no JSON.
    """
    if not text.strip():
        raise NotAHistory("an empty file")
    try:
        return tuple(_one_after_the_other(text))
    except RecursionError:
        raise NotAHistory("JSON that is nested too deeply to read") from None
    except ValueError as error:
        documents = tuple(_lines_that_are_json(text.splitlines()))
        if documents:
            return documents
        if isinstance(error, json.JSONDecodeError):
            raise NotJson(error.msg, error.lineno) from None
        raise NotJson(str(error), 1) from None  # a number of more digits than Python reads


def lines_of_a_log(events: Iterable[object]) -> Iterator[object]:
    """The JSON messages of CloudWatch log events."""
    messages = (each.get("message") for each in events if isinstance(each, Mapping))
    yield from _lines_that_are_json(message for message in messages if isinstance(message, str))


def _one_after_the_other(text: str) -> Iterator[object]:
    at = _after_space(text, 1 if text.startswith("\ufeff") else 0)
    while at < len(text):
        document, end = _DECODER.raw_decode(text, at)
        yield document
        at = _after_space(text, end)


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,\x1e":
        at += 1
    return at


def _lines_that_are_json(lines: Iterable[str]) -> Iterator[object]:
    """The first object of each line that has one: log exports put a time before the message."""
    for line in lines:
        start = line.find("{")
        if start < 0 or '"' in line[:start]:  # a line from the middle of a document
            continue
        try:
            yield _DECODER.raw_decode(line, start)[0]
        except (ValueError, RecursionError):  # a user's own line, or one that was cut or badly quoted
            if (torn := torn_log_line(line)) is not None:
                yield torn


_OWN = ("id", "type", "previous_event_id", "event_timestamp", "execution_arn")
_DETAILS = ("name", "index", "state")
_FIELD = re.compile(rf'",?({"|".join((*_OWN, *_DETAILS))})"\s*:\s*"?([^"\\,}}]+)')


def torn_log_line(line: str) -> dict[str, object] | None:
    """What can be read of an Express log line whose payload broke its JSON. None when that is too little.

    A field that stands there with two values is left out: one of them is the payload's.
    """
    found: dict[str, set[str]] = {}
    for key, value in _FIELD.findall(line):
        found.setdefault(key, set()).add(value)
    fields: dict[str, object] = {key: min(values) for key, values in found.items() if len(values) == 1}
    details = {key: fields.pop(key) for key in _DETAILS if key in fields}
    if isinstance(index := details.get("index"), str) and index.isdigit():
        details["index"] = int(index)
    return {**fields, "details": details} if {*_OWN} - {"event_timestamp"} <= fields.keys() else None
