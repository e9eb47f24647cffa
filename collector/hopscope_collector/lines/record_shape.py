"""Records at a glance: the same rules as `hopscope_wire.decode`, for the lines that need no explaining (pure).

`glance()` is five times as fast as decoding. It gives what an index needs to know of a record, or None when the line
is wrong, or odd in any way; then `hopscope_wire.decode` has the word. A property in
tests/collector/lines/test_record_shape.py holds it to that: it accepts nothing that decoding refuses.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from hopscope_wire.decode import MAX_TIME_US

_Count = Annotated[int, Meta(ge=0, le=MAX_TIME_US)]
_FromOne = Annotated[int, Meta(ge=1, le=MAX_TIME_US)]
_TraceId = Annotated[str, Meta(min_length=32, max_length=32)]
_HopId = Annotated[str, Meta(min_length=16, max_length=16)]
_Keys = dict[str, str] | None

_HEX_DIGITS = b"0123456789abcdef"
_LONG_CHARS = 1_000
_MANY_BRACKETS = 300
"""So many that fields this version does not know may be nested deeper than a JSON reader follows."""

_LONG_NUMBER = re.compile(r"[0-9]{4301}")
"""Python reads no integer of more digits."""


class ErrorShape(Struct, gc=False):
    """See `hopscope_wire.model.WireError`."""

    type: str
    message: str | None = None
    stack: str | None = None


class MessageShape(Struct, gc=False, rename="camel"):
    """See `hopscope_wire.model.Message`."""

    index: _Count
    source: str
    refs: list[str] | None = None
    trace_id: _TraceId | None = None
    carrier: str | None = None
    root: _TraceId | None = None
    name: str | None = None
    origin: str | None = None
    sent_us: _Count | None = None
    attempt: _FromOne | None = None
    body_bytes: _Count | None = None
    body_hash: str | None = None
    correlation_id: str | None = None
    keys: _Keys = None
    attributes: _Keys = None


class SendShape(Struct, gc=False, rename="camel"):
    """See `hopscope_wire.model.Send`."""

    send_id: _HopId
    service: str
    operation: str
    destination: str | None = None
    name: str | None = None
    refs: list[str] | None = None
    sent_us: _Count | None = None
    duration_us: _Count | None = None
    message: _Count | None = None
    trace_id: _TraceId | None = None
    carried: bool | None = None
    skipped: str | None = None
    body_bytes: _Count | None = None
    body_hash: str | None = None
    keys: _Keys = None
    error: ErrorShape | None = None


class _Identity(Struct, gc=False, rename="camel", tag_field="record", kw_only=True):
    hopscope: Literal[1]
    trace_id: _TraceId
    invocation_id: _HopId
    request_id: str
    function: str
    start_us: _Count
    root: _TraceId | None = None
    correlation_id: str | None = None
    keys: _Keys = None


class BeginShape(_Identity, gc=False, rename="camel", tag="begin", kw_only=True):
    """See `hopscope_wire.model.Begin`."""

    messages: list[MessageShape] | None = None
    deadline_us: _Count | None = None
    cold_start: bool | None = None
    version: str | None = None
    arn: str | None = None


class EndShape(_Identity, gc=False, rename="camel", tag="end", kw_only=True):
    """See `hopscope_wire.model.End`."""

    end_us: _Count
    duration_us: _FromOne
    outcome: Literal["ok", "error"]
    sends: list[SendShape] | None = None
    error: ErrorShape | None = None
    failed_messages: list[_Count] | None = None


_decoder: msgspec.json.Decoder[BeginShape | EndShape] = msgspec.json.Decoder(BeginShape | EndShape)
_decode = _decoder.decode


def shape_of(text: str) -> BeginShape | EndShape | None:
    """What the text says, with ids of the right length. None when a closer look is needed."""
    if len(text) > _LONG_CHARS and (text.count("[") + text.count("{") > _MANY_BRACKETS or _LONG_NUMBER.search(text)):
        return None
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def ids_in(record: BeginShape | EndShape) -> list[str] | None:
    """Every id that joins the record to others, in full; some may come twice. None when one has no hex digits."""
    digits = [record.trace_id, record.invocation_id]
    texts: list[str] = []
    if record.root is not None and record.root != record.trace_id:
        digits.append(record.root)
    if record.request_id:
        texts.append("lambda/" + record.request_id)
    if record.correlation_id:
        texts.append(record.correlation_id)
    if record.keys:
        _add_keys(texts, record.keys)
    if isinstance(record, EndShape):
        checked = _gather_sends(record, digits, texts)
    else:
        checked = _gather_messages(record, digits, texts)
    return digits + texts if checked.isascii() and not checked.encode().translate(None, _HEX_DIGITS) else None


def _gather_sends(record: EndShape, digits: list[str], texts: list[str]) -> str:
    """What must be hex digits, joined: to look at all of it at once is quicker."""
    send_ids = ""
    for send in record.sends or ():
        send_ids += send.send_id
        if send.trace_id is not None and send.trace_id != record.trace_id:
            digits.append(send.trace_id)
        if send.refs:
            texts += send.refs
        if send.keys:
            _add_keys(texts, send.keys)
    return "".join(digits) + send_ids


def _gather_messages(record: BeginShape, digits: list[str], texts: list[str]) -> str:
    for message in record.messages or ():
        if message.trace_id is not None and message.trace_id != record.trace_id:
            digits.append(message.trace_id)
        if message.root is not None and message.root != record.trace_id:
            digits.append(message.root)
        if message.correlation_id:
            texts.append(message.correlation_id)
        if message.refs:
            texts += message.refs
        if message.keys:
            _add_keys(texts, message.keys)
    return "".join(digits)


def _add_keys(texts: list[str], keys: Mapping[str, str]) -> None:
    for name, value in keys.items():
        texts.append(f"{name}={value}")
