"""Takes lines out of what carries them, and says when each was logged (pure).

{"messageType":"DATA_MESSAGE","logEvents":[…]}      a CloudWatch Logs subscription
{"awslogs":{"data":"H4sI…"}}, H4sI…                 the same, as Lambda and Kinesis get it
{"Records":[{"kinesis":{"data":…}}]}                a Kinesis event; {"records":[{"data":…}]} from Firehose
{"Records":[{"body":…}]}                            an SQS event
{"time":…,"type":"function","record":…}, [{…},…]    the Telemetry API, one event or a batch
{"events":[{"timestamp":…,"message":…},…]}          `aws logs get-log-events`, `filter-log-events`
"""

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hopscope_collector.search.moments import iso_us
from hopscope_wire.decode import MAX_TIME_US

MAX_UNPACKED_BYTES = 64 << 20
"""Of all that is packed into one line. A subscription delivers at most 1 MB packed; what unpacks to more is a bomb."""

MAX_CARRIED_LINES = 1_000_000
"""In one line."""

MAX_VALUES = 2_000_000
"""Of one JSON text: `[[],[],…` takes thirty times its length as Python's objects."""

_PACKED = "H4sI"
"""How gzip begins in base64."""

_MARKS = ('"messageType"', '"awslogs"', '"Records"', '"records"', '"record"', '"events"', '"logEvents"')
_DEEPEST = 4
_TELEMETRY_FIELDS = {"time", "type", "record"}
_TELEMETRY = "telemetry"
"""The stream of a batch of the Telemetry API: an extension hears its own environment only."""


class BrokenEnvelope(ValueError):
    """What should carry lines is damaged. The message says how."""


@dataclass(slots=True)
class Allowance:
    """What may still come out of envelopes: of one line's, unless whoever asks shares it among several."""

    unpacked_bytes: int = MAX_UNPACKED_BYTES
    lines: int = MAX_CARRIED_LINES


@dataclass(frozen=True, slots=True)
class CarriedLine:
    """One line that was inside."""

    text: str
    at_us: int | None = None
    """When it was logged. None when the envelope does not say."""

    function: str | None = None
    """The Lambda function whose log it is. None when the envelope does not say."""

    stream: str | None = None
    """The log stream, or what else tells one environment from others. None when the envelope does not say."""


def is_envelope(line: str) -> bool:
    """Whether the line may carry others: cheap, and never false for one that does."""
    text = line.lstrip()
    return text.startswith(_PACKED) or (text[:1] in {"{", "["} and any(each in text for each in _MARKS))


def lines_within(line: str, allowance: Allowance | None = None) -> list[CarriedLine] | None:
    """The lines that the line carries, or None when it turns out to be a line of its own.

    Raises:
        BrokenEnvelope: it is packed and cannot be unpacked, or holds more than is allowed.
    """
    left = allowance or Allowance()
    found = _within_text(line.strip(), _Nesting(0, left))
    if found is not None and len(found) > left.lines:
        raise BrokenEnvelope(f"payload carries {len(found):,} lines; expected at most {left.lines:,} here")
    left.lines -= len(found or ())
    return found


def lines_of_document(found: object) -> list[CarriedLine] | None:
    """The lines that a parsed JSON document carries, or None when it carries none."""
    return _within(found, _Nesting(0, Allowance()))


def function_of(log_group: object) -> str | None:
    """The Lambda function a log group belongs to."""
    if isinstance(log_group, str) and log_group.startswith("/aws/lambda/"):
        return log_group.removeprefix("/aws/lambda/")
    return None


@dataclass(frozen=True, slots=True)
class _Nesting:
    depth: int
    allowance: Allowance

    def deeper(self) -> "_Nesting":
        return _Nesting(self.depth + 1, self.allowance)


def _within_text(text: str, nesting: _Nesting) -> list[CarriedLine] | None:
    if text.startswith(_PACKED):
        text = _unpacked(text, nesting.allowance)
    if len(text) > MAX_VALUES and _values_in(text) > MAX_VALUES:
        raise BrokenEnvelope(f"payload holds more than {MAX_VALUES:,} values; is it a bomb?")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _within(found, nesting.deeper())


def _within(found: object, nesting: _Nesting) -> list[CarriedLine] | None:
    if nesting.depth > _DEEPEST:
        raise BrokenEnvelope("payload is packed into itself again and again; expected a subscription's payload")
    if isinstance(found, list):
        return _each_within(found, nesting)
    if not isinstance(found, dict):
        return None
    for is_one, lines_in in _SHAPES:
        if is_one(found):
            return lines_in(found, nesting)
    return None


def _each_within(found: Sequence[object], nesting: _Nesting) -> list[CarriedLine] | None:
    """A batch: what is no envelope in it is a line of its own."""
    if not found or not all(isinstance(each, dict) for each in found):
        return None
    lines: list[CarriedLine] = []
    for each in found:
        within = _within(each, nesting.deeper())
        lines += [CarriedLine(_compact(each))] if within is None else within
    is_of_one_environment = all(isinstance(each, dict) and each.keys() >= _TELEMETRY_FIELDS for each in found)
    return [replace(each, stream=_TELEMETRY) for each in lines] if is_of_one_environment else lines


def _of_subscription(found: Mapping[str, Any], _nesting: _Nesting) -> list[CarriedLine]:
    if found["messageType"] == "CONTROL_MESSAGE":
        return []  # AWS asks whether the destination can be reached; the text in it is no line of a log
    stream = found.get("logStream")
    return _of_log_events(found, function_of(found.get("logGroup")), stream if isinstance(stream, str) else None)


def _of_log_events(
    found: Mapping[str, Any], function: str | None = None, stream: str | None = None
) -> list[CarriedLine]:
    events = found.get("logEvents") or found.get("events") or ()
    return [
        CarriedLine(text, _ms(event.get("timestamp")), function, stream or event.get("logStreamName"))
        for event in events
        if isinstance(event, dict) and isinstance(event.get("message"), str)
        for text in event["message"].rstrip("\n").split("\n")
    ]


def _of_telemetry(found: Mapping[str, Any], _nesting: _Nesting) -> list[CarriedLine]:
    at_us = iso_us(found.get("time"))
    record = found["record"]
    texts = record.rstrip("\n").split("\n") if isinstance(record, str) else [_compact(record)]
    return [CarriedLine(text, at_us) for text in texts]


def _of_records(found: Mapping[str, Any], nesting: _Nesting) -> list[CarriedLine]:
    """A batch of Kinesis, Firehose or SQS."""
    lines: list[CarriedLine] = []
    for each in found.get("Records") or found.get("records") or ():
        text = _text_of(each)
        within = _within_text(text, nesting.deeper()) if text[:1] in {"{", "["} or text.startswith(_PACKED) else None
        lines += [CarriedLine(part) for part in text.split("\n")] if within is None else within
    return lines


def _text_of(record: Mapping[str, Any]) -> str:
    body = record.get("body")
    if isinstance(body, str):
        return body.strip()
    kinesis = record.get("kinesis")
    data = kinesis.get("data") if isinstance(kinesis, dict) else record.get("data")
    if not isinstance(data, str):
        raise BrokenEnvelope("record of a batch has no data; expected base64")
    return data if data.startswith(_PACKED) else _decoded(data).decode("utf-8", "surrogateescape").strip()


def _unpacked(text: str, allowance: Allowance) -> str:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        # One byte more than allowed: 0 would mean that everything is.
        unpacked = unpacking.decompress(_decoded(text), allowance.unpacked_bytes + 1)
    except zlib.error as error:
        raise BrokenEnvelope(f"payload cannot be unpacked ({error}); expected gzip in base64") from None
    if len(unpacked) > allowance.unpacked_bytes:
        raise BrokenEnvelope(f"payload unpacks to more than {allowance.unpacked_bytes:,} bytes; is it a bomb?")
    allowance.unpacked_bytes -= len(unpacked)
    if not unpacking.eof:
        raise BrokenEnvelope("payload is cut; expected gzip in base64")
    return unpacked.decode("utf-8", "surrogateescape")


def _values_in(text: str) -> int:
    """At most so many values, and lines of messages, does the JSON hold; cheap beside parsing it."""
    return text.count(",") + text.count("[") + text.count("{") + text.count("\\n")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BrokenEnvelope("payload is damaged; expected base64") from None


def _compact(found: object) -> str:
    """As the layer writes its lines, so that the record keeps its identity."""
    return json.dumps(found, separators=(",", ":"))


def _ms(number: object) -> int | None:
    return number * 1_000 if type(number) is int and 0 <= number <= MAX_TIME_US // 1_000 else None


def _of_awslogs(found: Mapping[str, Any], nesting: _Nesting) -> list[CarriedLine] | None:
    return _within_text(found["awslogs"]["data"], nesting)


def _is_batch(found: Mapping[str, Any]) -> bool:
    records = found.get("Records") or found.get("records")
    return (
        isinstance(records, list)
        and bool(records)
        and all(isinstance(each, dict) and not each.keys().isdisjoint({"kinesis", "data", "body"}) for each in records)
    )


_Shape = tuple[Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any], _Nesting], "list[CarriedLine] | None"]]
_SHAPES: tuple[_Shape, ...] = (
    (lambda found: found.get("messageType") in ("DATA_MESSAGE", "CONTROL_MESSAGE"), _of_subscription),
    (
        lambda found: isinstance(found.get("awslogs"), dict) and isinstance(found["awslogs"].get("data"), str),
        _of_awslogs,
    ),
    (_is_batch, _of_records),
    (lambda found: found.get("type") == "function" and "record" in found and "time" in found, _of_telemetry),
    (
        lambda found: isinstance(found.get("events"), list) and "hopscope" not in found,
        lambda found, _: _of_log_events(found),
    ),
)
