"""How a filter that is being typed goes on: fields, their values, and what has been seen (pure)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hopscope_collector.flow import Flow
from hopscope_collector.search.filter import FIELDS

MOST_SEEN = 500
"""Values kept for a field: those seen last."""


class Candidate(NamedTuple):
    """One way in which a filter may go on."""

    text: str
    """The whole filter then."""

    shown: str
    """The part that is offered."""

    means: str = ""
    """What a field asks for. Empty for a value."""


def seen_values(flows: Iterable[Flow], before: Mapping[str, list[str]] | None = None) -> dict[str, list[str]]:
    """Values that a filter may ask for, by field, as they occur in some flows; those seen before come after."""
    values: dict[str, dict[str, None]] = {"fn": {}, "event": {}, "key": {}, "error": {}}
    for flow in flows:
        values["key"].update(dict.fromkeys(f"{name}={value}" for name, value in flow.keys.items()))
        values["fn"].update(dict.fromkeys(hop.function for hop in flow.hops))
        values["event"].update(dict.fromkeys(send.name for send in flow.sends if send.name))
        values["error"].update(dict.fromkeys(hop.error.type for hop in flow.hops if hop.error))
    for field, known in (before or {}).items():
        values.setdefault(field, {}).update(dict.fromkeys(known))
    return {field: list(found)[:MOST_SEEN] for field, found in values.items()}


def candidates(text: str, seen: Mapping[str, list[str]]) -> Iterator[Candidate]:
    """Everything known that begins as the last word does, fields with what they mean."""
    before, word = _last_word(text)
    field, colon, value = word.lstrip("!").partition(":")
    if not colon:
        begin = before + word[: len(word) - len(field)]
        known_fields = ((name, facts) for name, facts in FIELDS.items() if name.startswith(field))
        yield from (Candidate(f"{begin}{name}:", f"{name}:", facts.means) for name, facts in known_fields)
        return
    if field not in FIELDS:
        return
    begun = value.lstrip("!").rpartition("|")[2]
    for known in (*FIELDS[field].values, *seen.get(field, ())):
        if known.startswith(begun) and known != begun and " " not in known:
            yield Candidate(text + known[len(begun) :], known)


def completed(text: str, seen: Mapping[str, list[str]]) -> str | None:
    """The whole text with its last word completed. None when nothing is known that begins so."""
    if not _last_word(text)[1]:
        return None
    first = next(candidates(text, seen), None)
    return first.text if first is not None else None


def is_begun(text: str) -> bool:
    """Whether the last word may become the name of a field: too early to look for it as a text."""
    word = _last_word(text)[1].lstrip("!")
    return ":" not in word and any(name.startswith(word) for name in FIELDS if word)


def _last_word(text: str) -> tuple[str, str]:
    before, blank, word = text.rpartition(" ")
    return before + blank, word
