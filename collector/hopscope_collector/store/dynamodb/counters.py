"""Counters, by the day that records began on, so that what TTL removed is known without looking.

A day's row is added to in the transaction that finishes a write: sums, but each addition happens once. Writers spread
over a few rows a day, so that they seldom conflict.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from hopscope_collector.store.contract import Example, RefusedLine, Stats, Written
from hopscope_collector.store.dynamodb import keys
from hopscope_collector.store.dynamodb.items import DAY_S, Item, keyed

LANES = 4

DAY, TOTAL, REFUSED = "day#", "total#", "refused#"

Change = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Day:
    """What began on a day."""

    stored: int = 0
    pruned: int = 0
    facts: int = 0
    until_s: int | None = None
    """When TTL has removed all of it, epoch seconds. None when it is kept for ever."""

    def is_over(self, now_s: float) -> bool:
        """Whether TTL removed it."""
        return self.until_s is not None and self.until_s < now_s

    @property
    def kept(self) -> int:
        """Records that are there, unless the day is over."""
        return self.stored - self.pruned

    def add(self, row: Item) -> None:
        """What one lane counted."""
        self.stored += _number(row, "n_stored")
        self.pruned += _number(row, "n_pruned")
        self.facts += _number(row, "n_facts")
        self.until_s = max(self.until_s or 0, _number(row, "until_s")) or None


@dataclass(slots=True)
class Counted:
    """All counters."""

    days: dict[str, Day] = field(default_factory=lambda: defaultdict(Day))
    repeated: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    examples: dict[str, Example] = field(default_factory=dict)

    def stats(self, now_s: float, ends_us: tuple[int | None, int | None]) -> Stats:
        """As `Store.stats()`; `ends_us` are the starts of the oldest and the newest invocation."""
        stored = sum(each.stored for each in self.days.values())
        there = [each for each in self.days.values() if not each.is_over(now_s)]
        kept = sum(each.kept for each in there)
        return Stats(
            received=stored + self.repeated + sum(self.refused.values()),
            stored=stored,
            repeated=self.repeated,
            refused=self.refused,
            examples=self.examples,
            kept=kept,
            pruned=stored - kept,
            facts=sum(each.facts for each in there),
            oldest_us=ends_us[0],
            newest_us=ends_us[1],
        )


def days_added(starts_us: Iterable[int], facts_us: Iterable[int]) -> dict[str, Counter[str]]:
    """How much is new of each day."""
    added: dict[str, Counter[str]] = defaultdict(Counter)
    for at_us in starts_us:
        added[keys.day_of(at_us)]["n_stored"] += 1
    for at_us in facts_us:
        added[keys.day_of(at_us)]["n_facts"] += 1
    return added


def day_changes(added: Mapping[str, Mapping[str, int]], lane: int, kept_days: int | None) -> list[Change]:
    """The changes of a transaction that add to days."""
    return [
        _adding(f"{DAY}{day}#{lane}", numbers, {} if kept_days is None else {"until_s": _until_s(day, kept_days)})
        for day, numbers in sorted(added.items())
    ]


def repeated_change(written: Written, lane: int) -> list[Change]:
    """The change that adds what was repeated, if anything was."""
    return [_adding(f"{TOTAL}{lane}", {"n_repeated": written.repeated}, {})] if written.repeated else []


def refused_changes(refused: Iterable[RefusedLine]) -> list[Change]:
    """The changes that add what was refused, a reason each, with the first example."""
    lines: dict[str, list[RefusedLine]] = defaultdict(list)
    for each in refused:
        lines[each.reason].append(each)
    changes: list[Change] = []
    for reason, those in lines.items():
        change = _adding(f"{REFUSED}{reason}", {"n_lines": len(those)}, {})
        texts = {"src": those[0].source, "place": those[0].place[:1_000], "said": those[0].message[:4_000]}
        change["Update"]["UpdateExpression"] += " SET " + ", ".join(
            f"#{name} = if_not_exists(#{name}, :{name})" for name in texts
        )
        change["Update"]["ExpressionAttributeNames"] = {f"#{name}": name for name in texts}
        change["Update"]["ExpressionAttributeValues"] |= {
            # The name of a file may hold bytes that are no text, which DynamoDB refuses.
            f":{name}": {"S": text.encode("utf-8", "replace").decode()}
            for name, text in texts.items()
        }
        changes.append(change)
    return changes


def days_in(rows: Iterable[Item]) -> Iterator[tuple[str, Day]]:
    """Each day of rows that are sorted by day, in their order."""
    for name, lanes in groupby(rows, key=lambda row: row["sk"]["S"].removeprefix(DAY)[:8]):
        day = Day()
        for row in lanes:
            day.add(row)
        yield name, day


def counted_in(rows: Iterable[Item]) -> Counted:
    """The counters that the rows say."""
    counted = Counted()
    for row in rows:
        kind, name = row["sk"]["S"].split("#", 1)
        if kind + "#" == DAY:
            counted.days[name[:8]].add(row)
        elif kind + "#" == TOTAL:
            counted.repeated += _number(row, "n_repeated")
        else:
            counted.refused[name] = _number(row, "n_lines")
            counted.examples[name] = Example(row["src"]["S"], row["place"]["S"], row["said"]["S"])
    return counted


def _adding(row: str, numbers: Mapping[str, int], texts: Mapping[str, int]) -> Change:
    expression = "ADD " + ", ".join(f"{name} :{name}" for name in numbers)
    if texts:
        expression += " SET " + ", ".join(f"{name} = :{name}" for name in texts)
    values = {f":{name}": {"N": str(number)} for name, number in {**numbers, **texts}.items()}
    return {
        "Update": {
            "Key": keyed((keys.STATS, row)),
            "UpdateExpression": expression,
            "ExpressionAttributeValues": values,
        }
    }


def _until_s(day: str, kept_days: int) -> int:
    midnight = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    return int(midnight.timestamp()) + (kept_days + 1) * DAY_S


def _number(row: Item, name: str) -> int:
    return int(row.get(name, {"N": "0"})["N"])
