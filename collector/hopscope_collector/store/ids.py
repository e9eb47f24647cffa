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

ANY_KIND = "*/"
_TOLD_ABOUT = ("lambda/", "events/", "eventsv2/", "sns/", ANY_KIND)

_REF = re.compile(r"([a-z0-9]+)/(?=.)", re.DOTALL)
_SEND_ID = re.compile(r"[0-9a-f]{12}(?!0000)[0-9a-f]{4}\Z")
_INVOCATION_OF_SEND = "0000"


def bare(id_text: str) -> str:
    """The text an id is filed under: what follows its first slash, if anything does. `5812…` for `sqs/5812…`."""
    return id_text[id_text.find("/") + 1 :] or id_text


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
