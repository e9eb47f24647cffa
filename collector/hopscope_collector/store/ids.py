"""Which ids a record holds, and how an id that a person typed finds them (pure).

    id held by a record                     asked for as
    trace id, X-Ray Root, correlation id    the same text
    invocation id                           the same text, or the id of any of its sends
    ref `sqs/5812…`                         the same text, or `5812…` alone
    request id, held as `lambda/<id>`       the same text, or `<id>` alone
    key order_id = o-42                     `order_id=o-42`

An index files an id under its *bare* text (a ref without its kind), so that both forms meet in one place.
What a person typed without a kind is looked for as `*/5812…`: under any kind.
"""

import re
from collections.abc import Collection, Iterable

from hopscope_collector.record_line import ids_of
from hopscope_collector.record_shape import RecordShape
from hopscope_wire.model import Record

ANY_KIND = "*/"
_TOLD_ABOUT = ("lambda/", "events/", "eventsv2/", "sns/", ANY_KIND)

_REF = re.compile(r"([a-z0-9]+)/(?=.)", re.DOTALL)
_SEND_ID = re.compile(r"[0-9a-f]{12}(?!0000)[0-9a-f]{4}\Z")
_INVOCATION_OF_SEND = "0000"


def bare(id_text: str) -> str:
    """The text an id is filed under: what follows its first slash, if anything does. `5812…` for `sqs/5812…`."""
    return id_text[id_text.find("/") + 1 :] or id_text


def bare_ids_of(record: RecordShape | Record) -> list[str]:
    """The bare texts of every id that the record holds: `bare()` of each of `ids_of()`. Some may come twice."""
    if not isinstance(record, RecordShape):
        return [bare(each) for each in ids_of(record)]
    # The same as `ids_of()` in one pass, with few lists and calls: to know its ids is a quarter of storing a record.
    found = [record.trace_id, record.invocation_id]
    if record.request_id:
        found.append(record.request_id)
    if record.root and record.root != record.trace_id:
        found.append(record.root)
    slashed = [record.correlation_id]
    if record.keys:
        slashed += [f"{name}={value}" for name, value in record.keys.items()]
    if record.record == "end":
        _gather_sends(record, found, slashed)
    else:
        _gather_messages(record, found, slashed)
    found += [each[each.find("/") + 1 :] or each for each in slashed if each]
    return found


def _gather_sends(record: RecordShape, found: list[str], slashed: list[str | None]) -> None:
    for send in record.sends or ():
        if send.trace_id and send.trace_id != record.trace_id:
            found.append(send.trace_id)
        if send.refs:
            slashed += send.refs
        if send.keys:
            slashed += [f"{name}={value}" for name, value in send.keys.items()]


def _gather_messages(record: RecordShape, found: list[str], slashed: list[str | None]) -> None:
    for message in record.messages or ():
        if message.trace_id and message.trace_id != record.trace_id:
            found.append(message.trace_id)
        if message.root and message.root != record.trace_id:
            found.append(message.root)
        slashed.append(message.correlation_id)
        if message.refs:
            slashed += message.refs
        if message.keys:
            slashed += [f"{name}={value}" for name, value in message.keys.items()]


def asked(id_text: str) -> tuple[str, ...]:
    """The ids that records may hold for what a person typed."""
    if _SEND_ID.match(id_text):
        return id_text, id_text[:12] + _INVOCATION_OF_SEND
    return id_text, ANY_KIND + id_text


def told_about(ids: Iterable[str]) -> list[str]:
    """The bare texts of the ids that the platform or a broker may tell something about, sorted."""
    return sorted({bare(each) for each in ids if each.startswith(_TOLD_ABOUT)})


def holds(held: Collection[str], id_text: str) -> bool:
    """Whether the id is among those held; `*/x` is when `x` is held under any kind."""
    if not id_text.startswith(ANY_KIND):
        return id_text in held
    return any(kind_and_rest(each)[1] == id_text[len(ANY_KIND) :] for each in held)


def kind_and_rest(id_text: str) -> tuple[str, str | None]:
    """`sqs`, `5812…` for a ref; the text and None for any other id."""
    match = _REF.match(id_text)
    return (match[1], id_text[match.end() :]) if match else (id_text, None)


def key_name(id_text: str) -> str | None:
    """The name of the key when the id is one (`order_id=o-42`), else None."""
    name, equals, _ = id_text.partition("=")
    return name if equals else None
