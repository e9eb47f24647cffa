"""What calls to DynamoDB would cost on AWS, from the sizes of items by its published rules.

An emulator's own `ConsumedCapacity` is not to be trusted: MiniStack's knows no sizes.

    a write               1 unit a KB of the item, begun; in a transaction 2
    a strong read         1 unit for 4 KB of what a Query looked at, begun; at least 1
    an eventual read      half of it
    BatchGetItem          a read for each key, also one that finds nothing
    ExecuteStatement      a read for each partition key that it names, as if each were a Query: AWS publishes no more
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

WRITE_BYTES, READ_BYTES = 1_024, 4_096

Item = Mapping[str, Mapping[str, Any]]


class Meter:
    """Counts the units of one client's calls; those are to be made one after the other."""

    def __init__(self, client: Any) -> None:
        self.read = self.written = 0.0
        self._asked: dict[str, dict[str, Any]] = {}
        client.meta.events.register("provide-client-params.dynamodb", self._remember)
        client.meta.events.register("after-call.dynamodb", self._count)

    def reset(self) -> None:
        """From here on."""
        self.read = self.written = 0.0

    def _remember(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self._asked[model.name] = params

    def _count(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        asked = self._asked.get(model.name, {})
        if model.name in ("Query", "Scan"):
            self.read += read_units(parsed["Items"], is_strong=asked.get("ConsistentRead", False))
        elif model.name == "ExecuteStatement":
            self.read += _read_units_by_partition(parsed["Items"], [each["S"] for each in asked["Parameters"]])
        elif model.name == "GetItem":
            self.read += read_units([parsed.get("Item", {})], is_strong=asked.get("ConsistentRead", False))
        elif model.name == "BatchGetItem":
            for each in asked["RequestItems"].values():
                self.read += len(each["Keys"]) * (1 if each.get("ConsistentRead") else 0.5)
        elif model.name == "BatchWriteItem":
            puts = [each["PutRequest"]["Item"] for those in asked["RequestItems"].values() for each in those]
            self.written += sum(map(write_units, puts))
        elif model.name == "TransactWriteItems":
            puts = [each["Put"]["Item"] if "Put" in each else {} for each in asked["TransactItems"]]
            self.written += 2 * sum(map(write_units, puts))
        elif model.name in ("UpdateItem", "PutItem"):
            self.written += write_units(asked.get("Item", {}))


def _read_units_by_partition(items: Iterable[Item], partitions: Iterable[str]) -> float:
    found: dict[str, list[Item]] = {each: [] for each in partitions}
    for item in items:
        found[str(item["pk"]["S"])].append(item)
    return sum(read_units(each, is_strong=True) for each in found.values())


def read_units(items: Iterable[Item], *, is_strong: bool) -> float:
    """Of one Query or read, over everything it looked at."""
    units = max(1, math.ceil(sum(map(size_of, items)) / READ_BYTES))
    return units if is_strong else units / 2


def write_units(item: Item) -> int:
    """Of one item that is written."""
    return max(1, math.ceil(size_of(item) / WRITE_BYTES))


def size_of(item: Item) -> int:
    """Bytes of an item: names and values."""
    return sum(len(name) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "N":
        return len(content) // 2 + 2
    return len(content.encode()) if isinstance(content, str) else len(content)
