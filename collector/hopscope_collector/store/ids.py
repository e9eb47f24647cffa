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
from collections.abc import Iterable, Mapping
from typing import Any

Found = Mapping[str, Any]

ANY_KIND = "*/"

_REF = re.compile(r"(?:[a-z0-9]+|\*)/(?=.)", re.DOTALL)
_SEND_ID = re.compile(r"[0-9a-f]{12}(?!0000)[0-9a-f]{4}\Z")
_INVOCATION_OF_SEND = "0000"


def bare(id_text: str) -> str:
    """The text an id is filed under: `5812…` for `sqs/5812…`, anything else as it is."""
    match = _REF.match(id_text)
    return id_text[match.end() :] if match else id_text


def asked(id_text: str) -> tuple[str, ...]:
    """The ids that records may hold for what a person typed."""
    if _SEND_ID.match(id_text):
        return id_text, id_text[:12] + _INVOCATION_OF_SEND
    return id_text, ANY_KIND + id_text


def request_ids_of(ids: Iterable[str]) -> list[str]:
    """The request ids among the ids, sorted."""
    return sorted({bare(each) for each in ids if each.startswith(("lambda/", ANY_KIND))})


def ids_of(found: Found) -> set[str]:
    """Every id that joins the record to others, in full."""
    ids = {found["traceId"], found["invocationId"]}
    request_id = found.get("requestId")
    if request_id:
        ids.add(f"lambda/{request_id}")
    _add_shared(ids, found)
    for message in found.get("messages") or ():
        _add_delivered(ids, message)
    for send in found.get("sends") or ():
        _add_delivered(ids, send)
    return ids


def holds(found: Found, id_text: str) -> bool:
    """Whether the record holds the id; `*/x` is held by a record that holds `x` under any kind."""
    held = ids_of(found)
    if id_text.startswith(ANY_KIND):
        bare_text = id_text[len(ANY_KIND) :]
        return any(bare(each) == bare_text for each in held)
    return id_text in held


def key_name(id_text: str) -> str | None:
    """The name of the key when the id is one (`order_id=o-42`), else None."""
    name, equals, _ = id_text.partition("=")
    return name if equals else None


def _add_delivered(ids: set[str], delivered: Found) -> None:
    ids.update(delivered.get("refs") or ())
    trace_id = delivered.get("traceId")
    if trace_id:
        ids.add(trace_id)
    _add_shared(ids, delivered)


def _add_shared(ids: set[str], part: Found) -> None:
    root = part.get("root")
    if root:
        ids.add(root)
    correlation_id = part.get("correlationId")
    if correlation_id:
        ids.add(correlation_id)
    keys = part.get("keys")
    if keys:
        ids.update([f"{name}={value}" for name, value in keys.items()])
