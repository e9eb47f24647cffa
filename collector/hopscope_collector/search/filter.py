"""The filter language, one parser for the command line, the API and the screens (pure).

    status:failed|overdue  fn:notify-*  event:order_placed  key:order_id=o-42  dur:>2s  since:1h  "free text"

    term    a field, a colon, one or more values with | between them; or a free text; all terms must hold
    !       before a term or before its values turns it round: !fn:notify-*   status:!done
    * ?     in a value stand for any characters, and for one
    "…"     holds what would mean something else: blanks, | : ! and quotes themselves

docs/filters.md is the table of fields for people; `FIELDS` is the same for programs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from hopscope_collector.errors import InputError
from hopscope_collector.flow import Flow, FlowStatus
from hopscope_collector.search.matching import Matcher, MatcherOf, by_duration, by_moment, by_pattern, by_text
from hopscope_collector.search.mentions import errors_in, ids_in, keys_in, names_in, own_ids_in

STATUSES: tuple[str, ...] = get_args(FlowStatus)


class BadFilter(InputError):
    """A filter that cannot be understood: what stands there, where, and what was expected."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        """Index of the first character that is wrong."""

        self.end = end
        """Index after the last one."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be asked for."""

    means: str
    example: str
    matcher_of: MatcherOf
    expected: str = "a text"
    values: tuple[str, ...] = ()
    """All values there are. Empty: any text."""


def _texts(read: Callable[[Flow], "set[str]"]) -> MatcherOf:
    return lambda value: by_pattern(value, read)


def _exactly(read: Callable[[Flow], "set[str]"]) -> MatcherOf:
    return lambda value: by_pattern(value, read, case_matters=True)


def _key_texts(flow: Flow) -> set[str]:
    return {text for name, value in keys_in(flow) for text in (value, f"{name}={value}")}


FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "status": Field(
            "status of the flow", "status:failed|overdue", _texts(lambda flow: {flow.status}), values=STATUSES
        ),
        "fn": Field(
            "a function that took part", "fn:notify-*", _texts(lambda flow: {hop.function for hop in flow.hops})
        ),
        "event": Field("name of an event or request in it", "event:order_placed", _texts(names_in)),
        "key": Field("a business key, by value or by name=value", "key:order_id=o-42", _exactly(_key_texts)),
        "kind": Field("how it began", "kind:*orders*", _texts(lambda flow: {flow.kind})),
        "error": Field("type of an error in it", "error:Timeout*", _texts(errors_in)),
        "id": Field("a trace, correlation, request or message id", "id:5812c969*", _exactly(ids_in)),
        "dur": Field(
            "how long it took, or takes until now", "dur:>2s", by_duration, expected=">2s, <500ms, >=1m or <=1h"
        ),
        "since": Field(
            "began no longer ago than, or after",
            "since:1h",
            by_moment(later=True),
            expected="1h, 2d or a time such as 2026-11-21T12:00",
        ),
        "before": Field(
            "began longer ago than, or before",
            "before:10m",
            by_moment(later=False),
            expected="1h, 2d or a time such as 2026-11-21T12:00",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: a field with the values of which one must fit, or a free text."""

    field: str | None
    """None for a free text."""

    values: tuple[str, ...]
    is_negated: bool = False

    def __str__(self) -> str:
        values = "|".join(_quoted(value) for value in self.values)
        named = f"{self.field}:{values}" if self.field else values
        return f"!{named}" if self.is_negated else named


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that all must hold; none of them: everything fits. `parsed(str(filter)) == filter`."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def matcher(self) -> Matcher:
        """A function of a flow and the present moment (µs) that says whether it fits."""
        checks = [(_matcher_of(term), term.is_negated) for term in self.terms]
        return lambda flow, now_us: all(check(flow, now_us) != is_negated for check, is_negated in checks)

    def exact_ids(self) -> tuple[str, ...]:
        """Ids (`order_id=o-42`) of which every flow that fits has one; empty when the filter names none."""
        for term in self.terms:
            is_exact = not term.is_negated and not any(map(_has_pattern, term.values))
            if is_exact and (term.field == "id" or (term.field == "key" and all("=" in each for each in term.values))):
                return term.values
        return ()


EVERYTHING = Filter()


def parsed(text: str) -> Filter:
    """The filter that a text says.

    Raises:
        BadFilter: with the place of what is wrong.
    """
    return Filter(tuple(_term_of(match, text) for match in _words(text)))


_WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^\s"])+|"', re.DOTALL)
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"|([^|"]+)', re.DOTALL)
_PLAIN = re.compile(r'[^\s"|:!\\]+')
_NAMED = re.compile(r"(!?)([A-Za-z_]+):")


def _words(text: str) -> list[re.Match[str]]:
    words = list(_WORD.finditer(text))
    for match in words:
        if match[0].count('"') and not _is_closed(match[0]):
            at = match.start() + match[0].index('"')
            raise BadFilter(f'the quote at {at + 1} is not closed; expected another "', at, len(text))
    return words


def _is_closed(word: str) -> bool:
    return '"' not in re.sub(r'"(?:[^"\\]|\\.)*"', "", word, flags=re.DOTALL)


def _term_of(word: re.Match[str], text: str) -> Term:
    named = _NAMED.match(word[0])
    if named is None:
        is_negated = word[0].startswith("!")
        start = word.start() + is_negated
        return Term(None, tuple(value for value, _, _ in _values(text, start, word.end())), is_negated)
    name = named[2].lower()
    if name not in FIELDS:
        start = word.start(0) + len(named[1])
        known = ", ".join(FIELDS)
        message = f"{named[2]!r} is no field; expected one of {known}; put a text with a colon into quotes"
        raise BadFilter(message, start, start + len(named[2]))
    start = word.start() + named.end()
    is_turned = text[start : word.end()].startswith("!")
    values = _values(text, start + is_turned, word.end(), FIELDS[name].example)
    for value, first, last in values:
        _check(name, value, first, last)
    return Term(name, tuple(value for value, _, _ in values), is_turned != bool(named[1]))


def _values(text: str, start: int, end: int, example: str = "order_placed|o-42") -> list[tuple[str, int, int]]:
    """The values between `|`, each with its place; `example` shows how they are written."""
    values: list[tuple[str, int, int]] = []
    at = start
    while at <= end:
        value, after = "", at
        while (match := _VALUE.match(text, after, end)) is not None:
            value += re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL) if match[1] is not None else match[2]
            after = match.end()
        if value == "":
            raise BadFilter(f"a value is missing at {at + 1}; expected one, such as {example}", at, after)
        values.append((value, at, after))
        at = after + 1
    return values


def _check(name: str, value: str, start: int, end: int) -> None:
    field = FIELDS[name]
    if field.values and not _has_pattern(value) and value.lower() not in field.values:
        message = f"{value!r} is no {name}; expected one of {', '.join(field.values)}"
        raise BadFilter(message, start, end)
    if field.matcher_of(value) is None:
        raise BadFilter(f"{value!r} does not fit {name}; expected {field.expected}", start, end)


def _has_pattern(value: str) -> bool:
    return "*" in value or "?" in value


def _matcher_of(term: Term) -> Matcher:
    matcher_of = FIELDS[term.field].matcher_of if term.field else _free_text
    checks = [check for check in map(matcher_of, term.values) if check is not None]
    return lambda flow, now_us: any(check(flow, now_us) for check in checks)


def _free_text(value: str) -> Matcher:
    return by_text(value, _all_texts)


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'


def _all_texts(flow: Flow) -> set[str]:
    return names_in(flow) | _key_texts(flow) | errors_in(flow) | own_ids_in(flow)
