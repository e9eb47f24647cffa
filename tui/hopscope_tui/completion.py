"""How a filter that is being typed goes on: fields, their values, and what has been seen (pure)."""

from collections.abc import Iterable, Mapping

from hopscope_collector.filter import FIELDS
from hopscope_collector.flow import Flow


def seen_values(flows: Iterable[Flow]) -> dict[str, list[str]]:
    """Values that a filter may ask for, by field, as they occur in some flows."""
    values: dict[str, dict[str, None]] = {"fn": {}, "event": {}, "key": {}, "error": {}}
    for flow in flows:
        values["key"].update(dict.fromkeys(f"{name}={value}" for name, value in flow.keys.items()))
        values["fn"].update(dict.fromkeys(hop.function for hop in flow.hops))
        values["event"].update(dict.fromkeys(send.name for send in flow.sends if send.name))
        values["error"].update(dict.fromkeys(hop.error.type for hop in flow.hops if hop.error))
    return {field: list(found) for field, found in values.items()}


def completed(text: str, seen: Mapping[str, list[str]]) -> str | None:
    """The whole text with its last word completed. None when nothing is known that begins so."""
    before, word = _last_word(text)
    if not word:
        return None
    field, colon, value = word.lstrip("!").partition(":")
    if not colon:
        return next((f"{before}{word[: -len(field)]}{name}:" for name in FIELDS if name.startswith(field)), None)
    if field not in FIELDS:
        return None
    begun = value.lstrip("!").rpartition("|")[2]
    known = (*FIELDS[field].values, *seen.get(field, ()))
    ends = (each[len(begun) :] for each in known if each.startswith(begun) and each != begun and " " not in each)
    end = next(ends, None)
    return None if end is None else text + end


def is_begun(text: str) -> bool:
    """Whether the last word may become the name of a field: too early to look for it as a text."""
    word = _last_word(text)[1].lstrip("!")
    return ":" not in word and any(name.startswith(word) for name in FIELDS if word)


def _last_word(text: str) -> tuple[str, str]:
    before, blank, word = text.rpartition(" ")
    return before + blank, word
