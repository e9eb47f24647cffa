"""A line to a record, or a refusal that says why. Never imported on Lambda.

text -> JSON object        NotARecord
     -> version            UnknownWireVersion
     -> fields, checked    Malformed, naming the field
     -> Begin | End | …    unknown fields kept in `extra`
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from types import MappingProxyType
from typing import Any, TypeVar

from hopscope_wire.errors import Malformed, NotARecord, UnknownWireVersion
from hopscope_wire.fields import LINE_PREFIX, WIRE_VERSION
from hopscope_wire.model import NOTHING, Begin, End, History, Message, Record, Send, Span, WireError

Check = Callable[[str, Any], Any]
T = TypeVar("T")

MAX_TIME_US = 1 << 53
"""Times past this are not exact in every JSON reader: the year 2255."""

_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_SPAN_ID = re.compile(r"[0-9a-f]{16}")


def record_of(line: str) -> Record:
    """The record that a line holds; text around it (a log prefix, another text without line end) is passed over.

    Raises:
        NotARecord, UnknownWireVersion, Malformed: see `errors.py`.
    """
    if LINE_PREFIX not in line:
        raise NotARecord("line holds no record; expected it to contain " + LINE_PREFIX)
    try:
        found, _, _ = object_in(line)
    except RecursionError:
        raise NotARecord("line is nested too deep; expected one JSON object") from None
    except ValueError as error:
        raise NotARecord(f"line is cut or damaged ({error}); expected one JSON object") from None
    return record_of_object(found)


def object_in(line: str) -> tuple[dict[str, object], int, int]:
    """The last whole JSON object of ours in a line that holds `{"hopscope":`, and where it begins and ends.

    An object inside another one of ours is a part of it. Where the last one is cut the line is refused, whatever
    stands before it: half of what was written would pass as all of it.

    Raises:
        ValueError, RecursionError: as `json.loads` does.
    """
    decode = json.JSONDecoder().raw_decode
    start, found = line.find(LINE_PREFIX), None
    failure: ValueError | None = None
    while start >= 0:
        try:
            given, end = decode(line, start)
        except ValueError as error:
            failure, end = error, start + 1
        else:
            failure, found = None, (given, start, end)
        start = line.find(LINE_PREFIX, end)
    if found is None or failure is not None:
        raise failure or ValueError("no object")
    return found


def record_of_object(found: Mapping[str, object]) -> Record:
    """The record that a parsed JSON object holds.

    Raises:
        UnknownWireVersion, Malformed: see `errors.py`.
    """
    version = found.get("hopscope")
    if version != WIRE_VERSION or isinstance(version, bool):
        raise UnknownWireVersion(version)
    kind = found.get("record")
    if kind == "begin":
        return _built(Begin, _BEGIN, found)
    if kind == "end":
        return _built(End, _END, found)
    if kind == "history":
        return _built(History, _HISTORY, found)
    if kind == "span":
        return _built(Span, _SPAN, found)
    raise Malformed("record", kind, "'begin', 'end', 'history' or 'span'")


def object_of(record: Record) -> dict[str, object]:
    """The JSON object of a record: `record_of_object` of it is the record again, unknown fields included."""
    kind = type(record).__name__.lower()
    return {"hopscope": WIRE_VERSION, "record": kind, **_unbuilt(record)}


def _built(record_type: type[T], checks: Mapping[str, tuple[str, Check]], found: Mapping[str, object]) -> T:
    values: dict[str, object] = {}
    extra: dict[str, object] = {}
    for wire_name, value in found.items():
        if wire_name in checks:
            if value is not None:
                attribute, check = checks[wire_name]
                values[attribute] = check(wire_name, value)
        elif wire_name not in {"hopscope", "record"}:
            extra[wire_name] = value
    for wire_name in _REQUIRED[record_type]:
        if checks[wire_name][0] not in values:
            raise Malformed(wire_name, found.get(wire_name), "a value")
    if extra:
        values["extra"] = MappingProxyType(extra)
    return record_type(**values)


def _unbuilt(value: Any) -> dict[str, object]:
    names = _NAMES[type(value)]
    found: dict[str, object] = {}
    for each in fields(value):
        attribute = getattr(value, each.name)
        if each.name == "extra" or attribute in (each.default, NOTHING):
            continue
        found[names[each.name]] = _plain(attribute)
    return {**found, **value.extra} if hasattr(value, "extra") else found


def _plain(value: Any) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return dict(value)
    return _unbuilt(value) if type(value) in _NAMES else value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Malformed(name, value, "text")
    return value


def _hex(pattern: re.Pattern[str], digits: int) -> Check:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            raise Malformed(name, value, f"{digits} lower-case hex digits")
        return value

    return check


def _whole(least: int) -> Check:
    def check(name: str, value: Any) -> int:
        if type(value) is not int or not least <= value <= MAX_TIME_US:
            raise Malformed(name, value, f"a whole number from {least}")
        return value

    return check


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed(name, value, "true or false")
    return value


def _outcome(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in {"ok", "error"}:
        raise Malformed(name, value, "'ok' or 'error'")
    return value


def _span_kind(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in {"internal", "server", "client", "producer", "consumer"}:
        raise Malformed(name, value, "'internal', 'server', 'client', 'producer' or 'consumer'")
    return value


def _list_of(check: Check) -> Check:
    def check_each(name: str, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Malformed(name, value, "a list")
        return tuple(check(f"{name}[{index}]", each) for index, each in enumerate(value))

    return check_each


def _texts_by_name(name: str, value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise Malformed(name, value, "an object of texts")
    return MappingProxyType(value)


def _document(name: str, value: Any) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Malformed(name, value, "an object")
    return MappingProxyType(value)


def _object_of(record_type: type[Any], checks: Mapping[str, tuple[str, Check]]) -> Check:
    def check(name: str, value: Any) -> Any:
        if not isinstance(value, dict):
            raise Malformed(name, value, "an object")
        try:
            return _built(record_type, checks, value)
        except Malformed as error:
            raise Malformed(f"{name}.{error.field}", error.given, error.expected) from None

    return check


_trace_id = _hex(_TRACE_ID, 32)
_span_id = _hex(_SPAN_ID, 16)
_count = _whole(0)

_ERROR: dict[str, tuple[str, Check]] = {
    "type": ("type", _text),
    "message": ("message", _text),
    "stack": ("stack", _text),
}
_MESSAGE: dict[str, tuple[str, Check]] = {
    "index": ("index", _count),
    "source": ("source", _text),
    "refs": ("refs", _list_of(_text)),
    "traceId": ("trace_id", _trace_id),
    "carrier": ("carrier", _text),
    "root": ("root", _trace_id),
    "name": ("name", _text),
    "origin": ("origin", _text),
    "sentUs": ("sent_us", _count),
    "attempt": ("attempt", _whole(1)),
    "bodyBytes": ("body_bytes", _count),
    "bodyHash": ("body_hash", _text),
    "correlationId": ("correlation_id", _text),
    "keys": ("keys", _texts_by_name),
    "attributes": ("attributes", _texts_by_name),
}
_SEND: dict[str, tuple[str, Check]] = {
    "sendId": ("send_id", _span_id),
    "service": ("service", _text),
    "operation": ("operation", _text),
    "destination": ("destination", _text),
    "name": ("name", _text),
    "refs": ("refs", _list_of(_text)),
    "sentUs": ("sent_us", _count),
    "durationUs": ("duration_us", _count),
    "message": ("message_index", _count),
    "traceId": ("trace_id", _trace_id),
    "carried": ("carried", _flag),
    "skipped": ("skipped", _text),
    "bodyBytes": ("body_bytes", _count),
    "bodyHash": ("body_hash", _text),
    "keys": ("keys", _texts_by_name),
    "error": ("error", _object_of(WireError, _ERROR)),
}
_IDENTITY: dict[str, tuple[str, Check]] = {
    "traceId": ("trace_id", _trace_id),
    "invocationId": ("invocation_id", _span_id),
    "requestId": ("request_id", _text),
    "function": ("function", _text),
    "startUs": ("start_us", _count),
    "root": ("root", _trace_id),
    "correlationId": ("correlation_id", _text),
    "keys": ("keys", _texts_by_name),
}
_BEGIN: dict[str, tuple[str, Check]] = {
    **_IDENTITY,
    "messages": ("messages", _list_of(_object_of(Message, _MESSAGE))),
    "deadlineUs": ("deadline_us", _count),
    "coldStart": ("cold_start", _flag),
    "version": ("version", _text),
    "arn": ("arn", _text),
}
_END: dict[str, tuple[str, Check]] = {
    **_IDENTITY,
    "endUs": ("end_us", _count),
    "durationUs": ("duration_us", _whole(1)),
    "outcome": ("outcome", _outcome),
    "error": ("error", _object_of(WireError, _ERROR)),
    "failedMessages": ("failed_messages", _list_of(_count)),
    "sends": ("sends", _list_of(_object_of(Send, _SEND))),
}
_HISTORY: dict[str, tuple[str, Check]] = {
    **_IDENTITY,
    "refs": ("refs", _list_of(_text)),
    "startedBy": ("started_by", _text),
    "documents": ("documents", _list_of(_document)),
}
_SPAN: dict[str, tuple[str, Check]] = {
    **_IDENTITY,
    "endUs": ("end_us", _count),
    "name": ("name", _text),
    "kind": ("kind", _span_kind),
    "parent": ("parent", _span_id),
    "links": ("links", _list_of(_text)),
    "outcome": ("outcome", _outcome),
    "error": ("error", _object_of(WireError, _ERROR)),
    "refs": ("refs", _list_of(_text)),
    "attributes": ("attributes", _texts_by_name),
    "resource": ("resource", _texts_by_name),
    "scope": ("scope", _text),
}
_CHECKS: dict[type[Any], dict[str, tuple[str, Check]]] = {
    WireError: _ERROR,
    Message: _MESSAGE,
    Send: _SEND,
    Begin: _BEGIN,
    End: _END,
    History: _HISTORY,
    Span: _SPAN,
}
_NAMES = {
    kind: {attribute: wire_name for wire_name, (attribute, _) in checks.items()} for kind, checks in _CHECKS.items()
}
_REQUIRED = {
    kind: tuple(
        _NAMES[kind][each.name]
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING and each.name in _NAMES[kind]
    )
    for kind in _CHECKS
}
