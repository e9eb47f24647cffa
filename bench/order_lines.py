"""Log lines as the layer writes them, for any number of hops: orders of five hops, interleaved, seeded.

    place-order ──events──▶ notify-restaurant ──sns, sqs──▶ send-mail
                            (a person accepts)   accept-order ──events──▶ notify-user

Every hop is a begin and an end. Written with templates: a generator must be faster than what it measures.

    python bench/order_lines.py 100000 > lines.log
"""

import sys
from collections.abc import Iterator
from random import Random

HOPS_A_FLOW = 5
FLOWS_AT_ONCE = 200
FIRST_START_US = 1_790_000_000_000_000
FLOW_EVERY_US = 40_000

_ACCOUNT = "eu-west-1:123456789012"
_BEGIN = (
    '{"hopscope":1,"record":"begin","traceId":"%s","invocationId":"%s0000","requestId":"%s","function":"%s",'
    '"startUs":%d,"messages":[{"index":0,"source":"%s","refs":[%s],"traceId":"%s",%s"name":"%s","origin":"%s",'
    '"sentUs":%d,"attempt":1,"bodyBytes":412,"bodyHash":"%s","keys":{"order_id":"o-%d"}}],"root":"%s",'
    '"deadlineUs":%d,"version":"$LATEST","arn":"arn:aws:lambda:' + _ACCOUNT + ':function:%s","layer":"0.1.0"}'
)
_END = (
    '{"hopscope":1,"record":"end","traceId":"%s","invocationId":"%s0000","requestId":"%s","function":"%s",'
    '"startUs":%d,"endUs":%d,"durationUs":84012,"outcome":"ok"%s,"root":"%s"}'
)
_SEND = (
    ',"sends":[{"sendId":"%s0001","service":"%s","operation":"%s","destination":"%s","name":"%s","refs":["%s"],'
    '"sentUs":%d,"durationUs":9120,"message":0,"carried":true,"bodyBytes":211,"keys":{"order_id":"o-%d"}}]'
)
_STEPS = (
    ("place-order", "apigateway", "POST /orders", "orders-api", ("events", "PutEvents", "orders", "order_placed")),
    ("notify-restaurant", "events", "order_placed", "orders", ("sns", "Publish", "restaurants", "restaurant_notified")),
    ("send-mail", "sqs", "restaurant_notified", "mails", None),
    ("accept-order", "apigateway", "POST /orders/accept", "orders-api", ("events", "PutEvents", "orders", "accepted")),
    ("notify-user", "events", "accepted", "orders", None),
)


def lines_of_hops(hops: int, seed: int = 7) -> Iterator[str]:
    """The lines of that many hops, without newlines: two a hop, about 1.2 KB a hop, nearly in order of time."""
    random = Random(seed)
    running: list[Iterator[str]] = []
    left = hops
    number = 0
    while left > 0 or running:
        while left > 0 and len(running) < FLOWS_AT_ONCE:
            steps = min(HOPS_A_FLOW, left)
            running.append(_lines_of_flow(number, steps, random))
            left -= steps
            number += 1
        flow = running.pop(random.randrange(len(running)))
        line = next(flow, None)
        if line is not None:
            yield line
            running.append(flow)


def _lines_of_flow(order: int, steps: int, random: Random) -> Iterator[str]:
    now_us = FIRST_START_US + order * FLOW_EVERY_US
    ref, carrier = "", ""
    trace = ""
    for function, source, name, origin, sends in _STEPS[:steps]:
        invocation, request = f"{random.getrandbits(48):012x}", _uuid(random)
        if source == "apigateway":
            trace, ref, carrier = (
                f"{now_us // 1_000_000:08x}{random.getrandbits(96):024x}",
                f'"apigateway/{_uuid(random)}"',
                "",
            )
        body = f"{random.getrandbits(64):016x}"
        origin_arn = f"arn:aws:{source}:{_ACCOUNT}:{origin}"
        yield _BEGIN % (
            trace, invocation, request, function, now_us, source, ref, trace, carrier, name, origin_arn,
            now_us - 21_000, body, order, trace, now_us + 30_000_000, function,
        )  # fmt: skip
        sent = ""
        if sends is not None:
            service, operation, destination, sent_name = sends
            sent_ref = f"{service}/{_uuid(random)}"
            sent = _SEND % (
                invocation, service, operation, destination, sent_name, sent_ref, now_us + 70_000, order,
            )  # fmt: skip
            ref = f'"{sent_ref}"' if service == "events" else f'"sqs/{_uuid(random)}","{sent_ref}"'
            carrier = f'"carrier":"00-{trace}-{invocation}0001-01",'
        yield _END % (trace, invocation, request, function, now_us, now_us + 84_012, sent, trace)
        now_us += 150_000 + random.getrandbits(16)


def _uuid(random: Random) -> str:
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def write(hops: int, seed: int = 7) -> None:
    """The lines to standard output."""
    block: list[str] = []
    for line in lines_of_hops(hops, seed):
        block.append(line)
        if len(block) == 10_000:
            sys.stdout.write("\n".join(block) + "\n")
            block.clear()
    if block:
        sys.stdout.write("\n".join(block) + "\n")


if __name__ == "__main__":
    write(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 7)
