"""The payloads that a layer set to capture them has recorded, by what they are of (pure).

Redacted and cut before they were written. They are no part of a `Flow`: lists, exports and the API do not have them by
accident; who wants to see them asks for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hopscope_wire.model import Begin, End, Record


@dataclass(frozen=True, slots=True)
class Payloads:
    """Texts, most of them JSON, maybe cut at their end."""

    of_hops: Mapping[str, str] = field(default_factory=dict)
    """By hop id: what the message held."""

    of_sends: Mapping[str, str] = field(default_factory=dict)
    """By send id."""


def payloads_of(records: Iterable[Record]) -> Payloads:
    """Those that the records hold; of other records than these none."""
    of_hops: dict[str, str] = {}
    of_sends: dict[str, str] = {}
    for record in records:
        if isinstance(record, Begin):
            for message in record.messages:
                _keep(of_hops, f"{record.invocation_id}.{message.index}", message.extra.get("payload"))
        elif isinstance(record, End):
            for send in record.sends:
                _keep(of_sends, send.send_id, send.extra.get("payload"))
            texts = record.extra.get("payloads")
            for index, text in enumerate(texts if isinstance(texts, list) else ()):
                _keep(of_hops, f"{record.invocation_id}.{index}", text)
    return Payloads(of_hops, of_sends)


def _keep(found: dict[str, str], owner: str, text: object) -> None:
    if isinstance(text, str):
        found.setdefault(owner, text)
