"""From some ids to every record connected with them, whatever the store (pure but for the lookup it is given).

    asked for        order_id=o-42
    round 1   ->     place-order (trace 5e1b…)   accept-order (trace 77aa…)
    round 2   ->     every record of the two traces, of their refs, keys and requests
    round 3   ->     … until a round finds nothing new

A round asks for all its new ids at once, so that a store answers it with one pass over its index.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.lines.facts import Fact, packed_fact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.lines.record_line import RecordLine, record_in
from hopscope_collector.store.contract import Closure, Reach
from hopscope_collector.store.ids import ANY_KIND, asked, holds, key_name, told_about

Lookup = Callable[[Sequence[str], int], Iterable["Match"]]
"""(ids, most) → what each id may name: more than `most` lines when there are, and some MAY not hold the id."""

FactsOf = Callable[[Sequence[str]], Iterable[Fact]]
"""Bare ids → what the platform and brokers said about them; some facts MAY be about none of them."""


@dataclass(frozen=True, slots=True)
class Match:
    """The lines that an id may name."""

    id: str
    lines: Sequence[RecordLine]
    """The newest when there are more than asked for."""

    is_shared: bool = False
    """True when the store knows that there are more, and need not give them all to say so."""


@dataclass(slots=True)
class _Closing:
    lines: dict[str, RecordLine] = field(default_factory=dict)
    seen_ids: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    is_complete: bool = True
    ids: dict[str, frozenset[str]] = field(default_factory=dict)
    """Ids of a line by its text: the same line is met by many of them."""

    def ids_of(self, line: RecordLine) -> frozenset[str]:
        """The line's ids, worked out once."""
        known = self.ids.get(line.text)
        if known is None:
            known = self.ids[line.text] = frozenset(line.ids)
        return known


def closure_of(ids: Iterable[str], reach: Reach, lookup: Lookup, facts_of: FactsOf) -> Closure:
    """Every record that holds one of the ids, or shares one with a record that does."""
    closing = _Closing()
    wanted = {each for id_text in ids for each in asked(id_text)}
    is_asked = True
    while wanted and closing.is_complete:
        closing.seen_ids |= wanted
        fresh = _round(closing, wanted, (reach, lookup), is_asked=is_asked)
        if len(closing.lines) >= reach.max_records:
            closing.is_complete = False
        wanted = {
            each
            for line in fresh
            for each in closing.ids_of(line)
            if each != line.invocation_id  # whatever shares it shares its trace
            and each not in closing.seen_ids
            and key_name(each) not in reach.unfollowed_keys
        }
        is_asked = False
    return _closure(closing, facts_of)


def _round(closing: _Closing, wanted: set[str], way: tuple[Reach, Lookup], *, is_asked: bool) -> list[RecordLine]:
    reach, lookup = way
    fresh: list[RecordLine] = []
    for match in lookup(sorted(wanted), reach.max_records_an_id):
        lines = [each for each in match.lines if holds(closing.ids_of(each), match.id)]
        if match.is_shared or len(lines) > reach.max_records_an_id:
            closing.cut.add(match.id.removeprefix(ANY_KIND))
            if not is_asked:
                continue
            lines = sorted(lines, key=_age)[-reach.max_records_an_id :]
        for line in lines:
            if line.text not in closing.lines:
                closing.lines[line.text] = line
                fresh.append(line)
    return fresh


def _closure(closing: _Closing, facts_of: FactsOf) -> Closure:
    records = [record_in(line) for line in sorted(closing.lines.values(), key=_order)]
    facts = _facts_about(closing.seen_ids, facts_of)
    return Closure(
        records=tuple(records),
        facts=tuple(each for each in facts if isinstance(each, PlatformFact)),
        brokers=tuple(each for each in facts if isinstance(each, BrokerFact)),
        cut=tuple(sorted(closing.cut)),
        is_complete=closing.is_complete,
    )


def _facts_about(ids: Iterable[str], facts_of: FactsOf) -> list[Fact]:
    """What is said about the ids, and about what a broker says they became: an event, the message, the request."""
    found: dict[str, Fact] = {}
    asked_for: set[str] = set()
    wanted = set(told_about(ids))
    while wanted:
        asked_for |= wanted
        fresh = list(facts_of(sorted(wanted)))
        found.update((packed_fact(each), each) for each in fresh)
        led_to = (ref for each in fresh if isinstance(each, BrokerFact) for ref in each.led_to)
        wanted = set(told_about(led_to)) - asked_for
    return [fact for _, fact in sorted(found.items(), key=lambda each: (each[1].at_us, each[0]))]


def _order(line: RecordLine) -> tuple[int, str, bool, str]:
    """As `Closure.records` promises; by their texts where that leaves a choice, so that every store answers alike."""
    return line.started_us, line.invocation_id, line.is_end, line.text


def _age(line: RecordLine) -> tuple[int, str, str]:
    return line.started_us, line.invocation_id, line.text
