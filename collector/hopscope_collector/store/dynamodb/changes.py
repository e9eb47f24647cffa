"""What each write touched, numbered, for views that follow.

A writer takes the next number, then commits its change under it. So a number may be missing for a moment: a reader
stops before the gap, until what follows is older than `GAP_S` and nobody can still be about to fill it.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from hopscope_collector.store.contract import Changes
from hopscope_collector.store.dynamodb import keys
from hopscope_collector.store.dynamodb.items import DAY_S, Item, keyed
from hopscope_collector.store.dynamodb.packing import packed, unpacked
from hopscope_collector.store.dynamodb.table import Table

KEPT_DAYS = 2
"""TTL removes changes after this: who comes back later reads everything."""

MOST_NAMED, MOST_BYTES = 1_000, 300_000
"""A write that touches more is remembered as one that touched everything."""

GAP_S = 30.0


def next_number(table: Table) -> int:
    """A number that no other write has. May leave a gap when the answer is lost."""
    return table.add((keys.HEAD, keys.ONLY), "n", 1)


def change(number: int, ids: Iterable[str], now_us: int) -> dict[str, dict[str, Any]]:
    """What a transaction puts."""
    named = list(ids)
    kept = packed(json.dumps(named))
    item = {
        **keyed((keys.CHANGE, keys.change_number(number))),
        "at_ms": {"N": str(now_us // 1_000)},
        "gone_s": {"N": str(now_us // 1_000_000 + KEPT_DAYS * DAY_S)},
    }
    if len(named) <= MOST_NAMED and len(kept) <= MOST_BYTES:
        item["v"] = {"B": kept}
    return {"Put": {"Item": item}}


def change_of_everything(number: int, now_us: int) -> dict[str, dict[str, Any]]:
    """What a transaction puts when nobody can say what was touched."""
    return change(number, [""] * (MOST_NAMED + 1), now_us)


def changes_since(table: Table, token: int, now_us: int) -> Changes:
    """As in `Store`. One read unit when nothing changed."""
    head = table.item((keys.HEAD, keys.ONLY))
    newest = int(head["n"]["N"]) if head else 0
    if not 0 < token <= newest:
        return Changes(newest, is_everything=True)
    if token == newest:
        return Changes(newest)
    since = table.query(keys.CHANGE, "sk >= :token", {"token": keys.change_number(token)}, oldest_first=True)
    last, touched = token, list[str]()
    for number, item in _without_gap(since, token, now_us // 1_000 - int(GAP_S * 1_000)):
        if item is None or "v" not in item:
            return Changes(newest, is_everything=True)
        touched += json.loads(unpacked(item["v"]["B"]))
        last = number
    return Changes(last, tuple(dict.fromkeys(touched)))


def _without_gap(items: Iterable[Item], token: int, gap_before_ms: int) -> Iterator[tuple[int, Item | None]]:
    """The changes after the token, up to where one may still come; None when some are no longer kept."""
    expected, is_known = token, False
    for item in items:
        number = int(item["sk"]["S"])
        if number == token:
            is_known = True
        elif number == expected + 1 or (is_known and int(item["at_ms"]["N"]) < gap_before_ms):
            yield number, item
            is_known = True
        else:
            if not is_known and int(item["at_ms"]["N"]) < gap_before_ms:
                yield number, None
            return
        expected = number
