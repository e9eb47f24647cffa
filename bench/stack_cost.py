"""What Hopscope's stack costs per million hops, from the records of a real run on the stage.

    python bench/stack_cost.py [--orders 24]

The food order runs with the real layer; its log lines go through a subscription's filter, are gathered and packed as
CloudWatch Logs does, and are written into a table; bytes, units and the collector's own processor time are counted.
Prices are those of us-east-1 (`PRICES`); hops are attempts at messages, so a batch of ten is ten.
"""

import argparse
import base64
import functools
import gzip
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hopscope_collector.lambda_entry import Subscriber
from hopscope_collector.store.dynamodb import table
from hopscope_collector.store.dynamodb.address import Address
from hopscope_collector.store.dynamodb.definition import make_table
from hopscope_collector.store.dynamodb.items import Writer
from hopscope_collector.store.dynamodb.store import DynamoDbStore
from hopscope_stage import Stage, load
from hopscope_stage.capacity import Meter, size_of
from hopscope_stage.logs import lines_of
from hopscope_stage.stage import DUMMY, REGION
from hopscope_stage.subscriptions import matches

PRICES = {
    # cloudburn.io/blog/amazon-cloudwatch-pricing: AWS's page as of February 2026
    "logs, a GB taken in": 0.50,
    # EveryMundo/aws-kinesis-client, docs/why-we-created-this-package.md: AWS's page for us-west-2, not dated
    "Kinesis provisioned, a million payload units of 25 KB": 0.014,
    # mattrobinsonsre/terrapod#1004, from AWS's price list: 2026-07-22
    "Kinesis provisioned, a shard and hour": 0.015,
    # not confirmed: no dated source was found, and c3x.dev/resources/aws/aws_kinesis_stream says 0.08 for both ways
    "Kinesis on demand, a GB in and out": 0.12,
    # not confirmed
    "Kinesis on demand, a stream and hour": 0.04,
    # cloudchipr.com/blog/aws-lambda-pricing: 2024; the first 7.5 billion GB-seconds of a month
    "Lambda arm64, a GB and second": 0.0000133334,
    "Lambda, a million calls": 0.20,
    # airbyte.com/data-engineering-resources/dynamodb-pricing: 2025-07-21, after the cut of November 2024
    "DynamoDB on demand, a million write units": 0.625,
    "DynamoDB on demand, a million read units": 0.125,
    # aws.amazon.com/dynamodb/pricing, a copy that is not dated; the first 25 GB of an account are free
    "DynamoDB, a GB and month": 0.25,
    # signoz.io/guides/cloudwatch-pricing: 2026-02-15; the first 10,000 of an account
    "CloudWatch, a metric and month": 0.30,
    # api-evangelist/cloudwatch, plans/cloudwatch-plans-pricing.yml: 2026-05-05
    "CloudWatch, an alarm and month": 0.10,
}
"""US dollars, us-east-1. Above each where it was read, and of when that is; looked up on 2026-11-21."""

RECORD_LINES = '?hopscope ?"START RequestId:" ?"REPORT RequestId:" ?"Task timed out" ?"Runtime exited" ?"platform."'
"""The plugin's filter: plugin/lib/subscriptions.js."""

EVENT_OVERHEAD_BYTES = 26
"""CloudWatch Logs counts so many bytes more for each line."""

LAMBDA_MB, MB_A_CPU = 512, 1_769
METRICS = 5
HOURS_A_MONTH = 730


@dataclass(frozen=True, slots=True)
class Measured:
    """What one hop needs, at one size of gathering."""

    payload_bytes: float
    payload_units: float
    payload_kib: float
    """Each payload rounded up to a KiB, as Kinesis on demand counts."""

    written: float
    read: float
    cpu_us: float
    calls: float


def main() -> None:
    """Measure and print the tables of docs/deploy.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=24)
    asked = parser.parse_args()
    os.environ |= {"AWS_ACCESS_KEY_ID": DUMMY, "AWS_SECRET_ACCESS_KEY": DUMMY, "AWS_REGION": REGION}
    layer_zip = Path(__file__).parents[1] / "dist" / "layer.zip"
    with Stage.start(attach="redirect", layer_zip=layer_zip) as stage:
        streams, log_bytes = run_orders(stage, asked.orders)
        hops = sum(map(hops_in, streams))
        invocations = sum(len(lines) for lines in streams) / 4
        print(f"{asked.orders} orders: {hops} hops, {invocations:.0f} invocations; per hop:")
        print(f"  {log_bytes / hops:7.0f} bytes of our lines in CloudWatch Logs")
        busy, idle = (measured(stage, streams, hops, gathered) for gathered in (100, 1))
        for name, each in (("busy", busy), ("idle", idle)):
            print(f"  {name}: {each}")
        print(f"  {stored_bytes(streams) / hops:7.0f} bytes of items in the table")
        print_costs(log_bytes / hops, busy, idle, stored_bytes(streams) / hops)


def run_orders(stage: Stage, orders: int) -> tuple[list[list[str]], float]:
    """The lines that subscriptions deliver, by function; and the bytes of those that are there because of us."""
    example = load("food_order")
    deployment = stage.deploy(example.app(), settings={"HOPSCOPE_KEYS": example.KEYS})
    example.run(stage, deployment, example.plan(orders, 7), lambda _: None)
    streams = []
    for function in example.app().functions:
        lines = [line for line in lines_of(deployment, function.name) if matches(RECORD_LINES, line)]
        streams.append(lines)
    ours = [line for lines in streams for line in lines if line.startswith('{"hopscope":')]
    return streams, sum(len(line.encode()) + EVENT_OVERHEAD_BYTES for line in ours)


def hops_in(lines: Sequence[str]) -> int:
    """Attempts at messages; an invocation without a message is one."""
    begins = [json.loads(line) for line in lines if line.startswith('{"hopscope":1,"record":"begin"')]
    return sum(max(1, len(begin.get("messages", ()))) for begin in begins)


def measured(stage: Stage, streams: Sequence[Sequence[str]], hops: int, invocations: int) -> Measured:
    """Everything through the collector, `invocations` of a stream gathered in a payload, twenty payloads in a call."""
    packed = [payload(part) for lines in streams for part in parts_of(lines, invocations * 4)]
    address = Address(f"cost-{invocations}", REGION, stage.endpoint, days=30)
    make_table(address)
    table.AT_ONCE = 1  # calls one after the other: the meter needs it
    store = DynamoDbStore(address)
    meter = Meter(store._table.client)
    subscriber, context = Subscriber(store), Context()
    calls = [packed[start : start + 20] for start in range(0, len(packed), 20)]
    began_s = time.process_time()
    for call in calls:
        subscriber.handle(kinesis_event(call), context)
    cpu_s = time.process_time() - began_s
    store.close()
    return Measured(
        payload_bytes=sum(map(len, packed)) / hops,
        payload_units=sum(-(-len(each) // 25_000) for each in packed) / hops,
        payload_kib=sum(-(-len(each) // 1_024) for each in packed) / hops,
        written=meter.written / hops,
        read=meter.read / hops,
        cpu_us=cpu_s / hops * 1e6,
        calls=len(calls) / hops,
    )


class Context:
    """Of an invocation."""

    aws_request_id = "r"


def parts_of(lines: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """So many lines at a time."""
    for start in range(0, len(lines), size):
        yield lines[start : start + size]


def payload(lines: Sequence[str]) -> bytes:
    """What a subscription delivers."""
    events = [{"id": f"{n:056d}", "timestamp": 1_795_000_000_000 + n, "message": line} for n, line in enumerate(lines)]
    said = {
        "messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/aws/lambda/food-order-dev-notify-user",
        "logStream": "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef",
        "subscriptionFilters": ["food-order-dev-NotifyDashuserLogGroupHopscopeFilter"], "logEvents": events,
    }  # fmt: skip
    return gzip.compress(json.dumps(said).encode())


def kinesis_event(payloads: Sequence[bytes]) -> dict[str, Any]:
    """As the event source mapping hands it over."""
    records = [
        {
            "eventSource": "aws:kinesis", "eventSourceARN": "arn:aws:kinesis:::stream/hopscope", "eventID": f"s:{n}",
            "kinesis": {"data": base64.b64encode(each).decode(), "sequenceNumber": str(n), "partitionKey": "p"},
        }
        for n, each in enumerate(payloads)
    ]  # fmt: skip
    return {"Records": records}


@functools.cache
def maker() -> Writer:
    """Of items that are only weighed."""
    return Writer("0123456789abcdef", 1_795_000_000_000_000, 30)


def stored_bytes(streams: Sequence[Sequence[str]]) -> float:
    """Bytes of everything that a run leaves in the table, with the 100 bytes an item that AWS adds."""
    from hopscope_collector.lines.sorting import SortedLines
    from hopscope_collector.store.dynamodb.pointers import Pointers

    total, pointers = 0, Pointers()
    for lines in streams:
        found = SortedLines("cost")
        found.add_all(lines, range(len(lines)))
        needed = pointers.needed(found.records)
        pointers.wrote(needed)
        items = [item for line in found.records for item in maker().records(line)]
        items += [maker().fact(each) for each in found.facts]
        items += [maker().bare_item(key, at_us) for key, at_us in needed.items()]
        total += sum(size_of(item) + 100 for item in items)
    return total


def print_costs(log_bytes: float, busy: Measured, idle: Measured, kept_bytes: float) -> None:
    """Dollars per million hops, and what is paid each month whether anything runs or not."""
    print("\nper million hops, in US dollars      busy    idle")
    rows = {
        "CloudWatch Logs, our lines": (log_bytes / 1e3 * PRICES["logs, a GB taken in"],) * 2,
        "Kinesis, provisioned": tuple(
            each.payload_units * PRICES["Kinesis provisioned, a million payload units of 25 KB"]
            for each in (busy, idle)
        ),
        "DynamoDB, writes": tuple(
            each.written * PRICES["DynamoDB on demand, a million write units"] for each in (busy, idle)
        ),
        "DynamoDB, reads while writing": tuple(
            each.read * PRICES["DynamoDB on demand, a million read units"] for each in (busy, idle)
        ),
        "DynamoDB, kept for 30 days": (kept_bytes / 1e3 * PRICES["DynamoDB, a GB and month"],) * 2,
        "Lambda, the collector": tuple(lambda_dollars(each) for each in (busy, idle)),
    }
    for name, (often, seldom) in rows.items():
        print(f"{name:34s}{often:8.2f}{seldom:8.2f}")
    print(f"{'together':34s}{sum(row[0] for row in rows.values()):8.2f}{sum(row[1] for row in rows.values()):8.2f}")
    print(f"{'(on-demand stream instead)':34s}" + "".join(
        f"{each.payload_kib * 1024 / 1e3 * PRICES['Kinesis on demand, a GB in and out']:8.2f}" for each in (busy, idle)
    ))  # fmt: skip
    print("\nper month")
    print(f"{'one shard':34s}{PRICES['Kinesis provisioned, a shard and hour'] * HOURS_A_MONTH:8.2f}")
    print(f"{'or a stream on demand':34s}{PRICES['Kinesis on demand, a stream and hour'] * HOURS_A_MONTH:8.2f}")
    print(f"{'metrics and the alarm':34s}{metrics_dollars():8.2f}")


def metrics_dollars() -> float:
    """A month of what can be watched."""
    return METRICS * PRICES["CloudWatch, a metric and month"] + PRICES["CloudWatch, an alarm and month"]


def lambda_dollars(each: Measured) -> float:
    """A million hops: calls, and the processor's time stretched to the share that 512 MB get."""
    seconds = each.cpu_us * MB_A_CPU / LAMBDA_MB
    return (
        seconds * LAMBDA_MB / 1_024 * PRICES["Lambda arm64, a GB and second"]
        + each.calls * PRICES["Lambda, a million calls"]
    )


if __name__ == "__main__":
    main()
