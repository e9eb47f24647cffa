"""What is written, as items of the table (pure).

v       the line, or the body of a fact, packed      at_us    for `prune()`: what began before goes
w       the write that brought it                    gone_s   for DynamoDB's TTL; absent when it is kept for ever
parts   how many items the line is in, when several
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hopscope_collector.lines.facts import Fact, about, fact_of, packed_fact
from hopscope_collector.lines.record_line import RecordLine, record_line_of
from hopscope_collector.store.contract import RefusedLine
from hopscope_collector.store.dynamodb import keys
from hopscope_collector.store.dynamodb.keys import Key
from hopscope_collector.store.dynamodb.packing import packed, parts_of, unpacked
from hopscope_collector.store.ids import bare

Item = dict[str, Any]
"""By attribute, each value in DynamoDB's own form: `{"S": "text"}`."""

DAY_S = 86_400


def key_of(item: Item) -> Key:
    """Where the item stands."""
    return item["pk"]["S"], item["sk"]["S"]


def keyed(key: Key) -> Item:
    """The key, as DynamoDB takes it."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


class Writer:
    """Makes the items of one write."""

    def __init__(self, write: str, now_us: int, days: int | None) -> None:
        self.write = write
        self.now_us = now_us
        self._days = days

    def records(self, line: RecordLine) -> list[Item]:
        """The items of a record: one, or a part each when it is too large for one."""
        partition, name = keys.record_key(line)
        parts = parts_of(packed(line.text))
        items = [
            self._item((partition, f"{name}#{number:04d}" if number else name), line.started_us, v={"B": part})
            for number, part in enumerate(parts)
        ]
        if len(parts) > 1:
            for item in items:
                item["parts"] = {"N": str(len(parts))}
        return items

    def fact(self, fact: Fact) -> Item:
        """The item of a fact."""
        body = packed_fact(fact)
        return self._item(keys.fact_key(bare(about(fact)), body), fact.at_us, v={"B": packed(body)})

    def refused(self, line: RefusedLine) -> Item:
        """What remembers a refused line; pruning leaves it."""
        item = self._item(keys.refused_key(line.fingerprint), self.now_us)
        del item["at_us"]
        return item

    def bare_item(self, key: Key, at_us: int) -> Item:
        """A pointer, or a line of a list: all it says stands in its key."""
        item = self._item(key, at_us)
        del item["w"]
        return item

    def finished(self) -> Item:
        """What says that the write was finished; outlives what was written."""
        item = keyed(keys.finished_key(self.write))
        return {**item, **self.gone(self.now_us, spare_days=2)}

    def gone(self, at_us: int, *, spare_days: int = 0) -> Item:
        """When DynamoDB may remove it: a number of days after `at_us`; after now, when it has no time.

        Never before now: TTL leaves what is five years late, and the records of a clock at 1970 would be kept for ever.
        """
        if self._days is None:
            return {}
        now_s = self.now_us // 1_000_000
        at_s = at_us // 1_000_000 or now_s
        return {"gone_s": {"N": str(max(now_s, at_s + (self._days + spare_days) * DAY_S))}}

    def _item(self, key: Key, at_us: int, **more: Any) -> Item:
        return {**keyed(key), "at_us": {"N": str(at_us)}, "w": {"S": self.write}, **self.gone(at_us), **more}


def lines_in(items: Iterable[Item]) -> Iterator[RecordLine]:
    """The records of a partition's items; one whose parts are not all there yet is left out."""
    by_name: dict[str, list[tuple[str, Item]]] = {}
    for item in items:
        name = item["sk"]["S"]
        by_name.setdefault(_without_part(name), []).append((name, item))
    for parts in by_name.values():
        kept = b"".join(item["v"]["B"] for _, item in sorted(parts, key=lambda each: each[0]))
        if len(parts) == int(parts[0][1].get("parts", {"N": "1"})["N"]):
            yield record_line_of(unpacked(kept))


def _without_part(name: str) -> str:
    """`r#<invocation>#<hash>` of `r#<invocation>#<hash>#0001`."""
    return "#".join(name.split("#", 3)[:3])


def facts_in(items: Iterable[Item]) -> list[Fact]:
    """The facts of a partition's items."""
    return [fact_of(unpacked(item["v"]["B"])) for item in items]


def traces_in(pointers: Sequence[str]) -> list[str]:
    """The trace ids that pointers lead to, by their sort keys, in their order, each once."""
    return list(dict.fromkeys(each.rpartition("#")[2] for each in pointers))
