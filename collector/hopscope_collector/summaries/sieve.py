"""Which rows fit a filter, as far as a row can tell (pure).

    status fn event kind error      decided by the traits
    dur since before                decided by the row's times
    key, a free text                decided by the traits and the row's words
    id with a pattern               not decided: the flow itself must be looked at

It agrees with `Filter.matcher()` wherever it decides; tests/collector/summaries/ holds it to that.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hopscope_collector.search.filter import Filter, Term
from hopscope_collector.search.matching import by_duration, by_moment, by_pattern, by_text
from hopscope_collector.summaries.entry import Row, ids_on, keys_on
from hopscope_collector.summaries.traits import Traits

Decision = Callable[[Row, Traits, int], bool]
"""(row, its traits, now) → whether it fits."""

_BY_TRAITS: Mapping[str, Callable[[str], Callable[[Traits, int], bool]]] = MappingProxyType(
    {
        "status": lambda value: by_pattern(value, lambda traits: (traits.status,)),
        "fn": lambda value: by_pattern(value, lambda traits: traits.functions),
        "event": lambda value: by_pattern(value, lambda traits: traits.names),
        "kind": lambda value: by_pattern(value, lambda traits: (traits.kind,)),
        "error": lambda value: by_pattern(value, lambda traits: traits.errors),
    }
)

_BY_ROW: Mapping[str, Callable[[str], Callable[[Row, int], bool] | None]] = MappingProxyType(
    {
        "dur": by_duration,
        "since": by_moment(later=True),
        "before": by_moment(later=False),
        "key": lambda value: by_pattern(value, _key_texts, case_matters=True),
    }
)


class Sieve:
    """A filter, made ready for many rows."""

    def __init__(self, wanted: Filter, now_us: int) -> None:
        self._now_us = now_us
        self._by_traits = [(_traits_check(term), term.is_negated) for term in wanted.terms if term.field in _BY_TRAITS]
        self._by_row = [(_row_check(term), term.is_negated) for term in wanted.terms if term.field in _BY_ROW]
        self._texts = [(_text_check(term), term.is_negated) for term in wanted.terms if term.field is None]
        self.is_decisive = all(
            term.field is None or term.field in _BY_TRAITS or term.field in _BY_ROW for term in wanted.terms
        )
        """Whether a row with traits that passes fits for certain."""

    @property
    def asks_for_traits(self) -> bool:
        """Whether traits alone rule flows out."""
        return bool(self._by_traits)

    def lets_through(self, traits: Traits) -> bool:
        """Whether a flow with these traits may fit."""
        return all(check(traits, self._now_us) != is_negated for check, is_negated in self._by_traits)

    def passes(self, row: Row, traits: Traits | None) -> bool:
        """Whether the row may fit; one without traits may."""
        if traits is None:
            return True
        now_us = self._now_us
        return all(check(row, now_us) != is_negated for check, is_negated in self._by_row) and all(
            check(row, traits, now_us) != is_negated for check, is_negated in self._texts
        )


def _traits_check(term: Term) -> Callable[[Traits, int], bool]:
    checks = [_BY_TRAITS[term.field or ""](value) for value in term.values]
    return lambda traits, now_us: any(check(traits, now_us) for check in checks)


def _row_check(term: Term) -> Callable[[Row, int], bool]:
    checks = [check for check in map(_BY_ROW[term.field or ""], term.values) if check is not None]
    return lambda row, now_us: any(check(row, now_us) for check in checks)


def _text_check(term: Term) -> Decision:
    by_traits = [by_text(value, _texts_of) for value in term.values]
    by_row = [by_text(value, _words_on) for value in term.values]
    return lambda row, traits, now_us: (
        any(check(traits, now_us) for check in by_traits) or any(check(row, now_us) for check in by_row)
    )


def _texts_of(traits: Traits) -> tuple[str, ...]:
    return (*traits.names, *traits.errors)


def _words_on(row: Row) -> list[str]:
    return [*keys_on(row), *ids_on(row)]


def _key_texts(row: Row) -> list[str]:
    return [text for key in keys_on(row) for text in (key, key.partition("=")[2])]
