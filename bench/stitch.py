"""What stitching costs a hop, by the shape of a flow and its size: it must not grow.

    python bench/stitch.py [MOST_HOPS]

tree      every hop publishes two events           retries   one message, tried again and again
wide      every hop publishes fifty                root      nothing but one X-Ray Root in common
chain     each hop leads to the next               key       one business key in 150 traces each
batch     all messages in one invocation           body      nothing but equal bodies
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hopscope_collector.rules import Rules
from hopscope_collector.stitch import flows_of
from hopscope_wire.model import Begin, End, Message, Record, Send

START_US = 1_790_000_000_000_000
SIZES = (10, 100, 1_000, 5_000, 10_000)
MOST_GROWTH = 2.0
"""Of the cost a hop, from 1,000 hops to the largest flow: caches miss more, nothing else may grow."""

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:work"
ONE = f"{1:032x}"


def invoked(number: int, messages: Sequence[Message] = (), sends: Sequence[Send] = (), **given: Any) -> list[Record]:
    """Begin and end of one invocation."""
    started_us = START_US + number * 1_000
    identity = {
        "trace_id": f"{number:032x}",
        "invocation_id": f"{number:012x}0000",
        "request_id": f"r{number}",
        "function": f"f{number % 7}",
        "start_us": started_us,
        **given,
    }
    begin = Begin(**identity, messages=tuple(messages))
    return [begin, End(**identity, end_us=started_us + 900, duration_us=900, outcome="ok", sends=tuple(sends))]


def a_put(number: int, count: int, event: int) -> Send:
    """An event that an invocation puts on a bus."""
    refs = (f"events/e{event}",)
    return Send(f"{number:012x}{count:04x}", "events", "PutEvents", "orders", "x", refs, START_US + number * 1_000)


def tree(hops: int, fan: int) -> Iterator[Record]:
    """Every hop publishes as many events as `fan`, each with our context."""
    for number in range(1, hops + 1):
        children = [child for child in range(number * fan, number * fan + fan) if 1 < child <= hops]
        parent, count = divmod(number, fan)
        carrier = f"00-{ONE}-{max(1, parent):012x}{count + 1:04x}-01"
        arrived = [Message(0, "events", (f"events/e{number}",), ONE, carrier)] if number > 1 else []
        yield from invoked(number, arrived, [a_put(number, each % fan + 1, each) for each in children], trace_id=ONE)


def chain(hops: int) -> Iterator[Record]:
    """Each hop leads to the next, by the event's id alone."""
    for number in range(1, hops + 1):
        arrived = [Message(0, "events", (f"events/e{number}",))] if number > 1 else []
        yield from invoked(number, arrived, [a_put(number, 1, number + 1)])


def batch(hops: int) -> Iterator[Record]:
    """All messages in one invocation, each with a send."""
    messages = [Message(index, "sqs", (f"sqs/m{index}",), keys={"order": str(index)}) for index in range(hops)]
    yield from invoked(1, messages, [a_put(1, index + 1, index) for index in range(hops)])


def retries(hops: int) -> Iterator[Record]:
    """One message, tried again and again."""
    for number in range(1, hops + 1):
        yield from invoked(number, [Message(0, "sqs", ("sqs/m",), origin=QUEUE, attempt=number)], function="f")


def root(hops: int) -> Iterator[Record]:
    """Nothing but one X-Ray Root in common."""
    for number in range(1, hops + 1):
        sent = Send(f"{number:012x}0001", "sqs", "SendMessage", QUEUE, sent_us=START_US + number * 1_000)
        yield from invoked(number, [Message(0, "sqs", (f"sqs/m{number}",), root=ONE)], [sent], root=ONE)


def key(hops: int) -> Iterator[Record]:
    """One business key in 150 traces each."""
    for number in range(1, hops + 1):
        yield from invoked(number, [Message(0, "apigateway", (), keys={"order": str(number // 150)})])


def body(hops: int) -> Iterator[Record]:
    """Nothing but equal bodies, sent and received."""
    for number in range(1, hops + 1):
        sent = Send(f"{number:012x}0001", "sqs", "SendMessage", QUEUE, sent_us=START_US, body_hash="aa")
        yield from invoked(number, [Message(0, "sqs", (f"sqs/m{number}",), origin=QUEUE, body_hash="aa")], [sent])


SHAPES: Mapping[str, Callable[[int], Iterator[Record]]] = {
    "tree": lambda hops: tree(hops, 2),
    "wide": lambda hops: tree(hops, 50),
    "chain": chain,
    "batch": batch,
    "retries": retries,
    "root": root,
    "key": key,
    "body": body,
}


def cost_us(records: Sequence[Record], hops: int) -> float:
    """CPU microseconds a hop, the best of three."""
    best_s = float("inf")
    for _ in range(3):
        began_s = time.process_time()
        flows_of(records, now_us=START_US + 10**10, rules=Rules())
        best_s = min(best_s, time.process_time() - began_s)
    return best_s * 1e6 / hops


def main(most_hops: int) -> int:
    """Print the table; 1 when the cost a hop grows with the flow."""
    sizes = [size for size in SIZES if size <= most_hops]
    print("CPU µs a hop" + "".join(f"{size:>10,}" for size in sizes))
    has_grown = False
    for name, shape in SHAPES.items():
        costs = [cost_us(list(shape(size)), size) for size in sizes]
        print(f"{name:<12}" + "".join(f"{cost:>10.1f}" for cost in costs))
        thousand = costs[sizes.index(1_000)] if 1_000 in sizes else costs[-1]
        has_grown |= costs[-1] > thousand * MOST_GROWTH
    return int(has_grown)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]))
