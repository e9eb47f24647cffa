"""Removes what is old, by reading the whole table: for people who set no `days=`, and for tests."""

from collections import Counter, defaultdict
from secrets import token_hex

from hopscope_collector.store.dynamodb import changes, counters, keys
from hopscope_collector.store.dynamodb.items import Item, key_of
from hopscope_collector.store.dynamodb.table import Table

AT_ONCE = 1_000

DAYS_AT_ONCE = 80


def prune(table: Table, older_than_us: int, now_us: int) -> int:
    """Remove everything of before, and say how many records went. Idempotent.

    A kill in between leaves counters too high by what was removed and not yet counted, at most `AT_ONCE` items.
    """
    removed = 0
    gone: list[Item] = []
    for item in table.scan("at_us < :before", before=older_than_us):
        gone.append(item)
        if len(gone) == AT_ONCE:
            removed += _remove(table, gone)
            gone = []
    removed += _remove(table, gone)
    if removed:
        table.commit([changes.change_of_everything(changes.next_number(table), now_us)], token_hex(16))
    return removed


def _remove(table: Table, gone: list[Item]) -> int:
    table.delete([key_of(item) for item in gone])
    by_day: dict[str, Counter[str]] = defaultdict(Counter)
    for item in gone:
        name, day = item["sk"]["S"], keys.day_of(int(item["at_us"]["N"]))
        # The parts of a long record count as one.
        if name.startswith(keys.RECORD) and name.count("#") == 2:
            by_day[day]["n_pruned"] += 1
        elif name.startswith(keys.FACT):
            by_day[day]["n_facts"] -= 1
    days = sorted(by_day)
    for start in range(0, len(days), DAYS_AT_ONCE):
        some = {day: by_day[day] for day in days[start : start + DAYS_AT_ONCE]}
        table.commit(counters.day_changes(some, 0, None), token_hex(16))
    return sum(numbers["n_pruned"] for numbers in by_day.values())
