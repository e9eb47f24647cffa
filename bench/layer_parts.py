"""Where the layer's time goes, without a network: what it adds to one function, in three places and in instructions.

    python bench/layer_parts.py              microseconds of CPU: begin and end in a loop, after AWS calls, around them
    python bench/layer_parts.py --count      instructions and cache misses, as valgrind's cachegrind counts them

botocore does all its work but for the sending: its answers are canned. Every figure is the difference between the same
invocations with the layer and without it. The microseconds are the least tenth of a process's invocations, and of many
processes the least: the machine may be shared, and where the memory of one process happens to lie is worth 20 of them.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from time import process_time_ns, time
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = f"{ROOT / 'wire'}:{ROOT / 'lambda_layer'}"
CASES = {
    "loop": "begin and end, in a loop",
    "after": "begin and end, after three AWS calls",
    "around": "begin, three AWS calls, end",
    "around-without-keys": "the same without keys",
    "around-without-carriers": "the same with keys, without carriers",
}
SETTINGS = {
    "around-without-keys": {"HOPSCOPE_KEYS": ""},
    "around-without-carriers": {"HOPSCOPE_PROPAGATION": "off"},
}
COUNTED = {"instructions": "I +refs", "misses of code": "I1 +misses", "misses of data": "D1 +misses"}
ANSWERS = {
    "AmazonSQS": b'{"MessageId":"0b1cd8fc-4be4-4b4a-9f37-1c6c0e7a7a77"}',
    "AWSEvents": b'{"Entries":[{"EventId":"7bf73129-1428-4cd3-a780-95db273d1602"}],"FailedEntryCount":0}',
    "": b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    b"<MessageId>94f20ce6-13c5-43a0-9a9e-ca52d816e90b</MessageId></PublishResult></PublishResponse>",
}
BODY = json.dumps({"orderId": "o-00001", "amount": 1, "customer": "c-77", "note": "x" * 100})
RECORD = {
    "messageId": "059f36b4-87a3-44ab-83d2-661975040001", "body": BODY, "messageAttributes": {},
    "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
    "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:in-queue",
}  # fmt: skip


def main() -> None:
    """The command; with `--child` it is the function that is measured."""
    parser = argparse.ArgumentParser(description="where the layer's time goes")
    parser.add_argument("--count", action="store_true", help="count instructions with valgrind")
    parser.add_argument("--processes", type=int, default=15, help="of each kind, for the microseconds")
    parser.add_argument("--child", nargs=2, metavar=("CASE", "INVOCATIONS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        run(arguments.child[0], int(arguments.child[1]))
    elif arguments.count:
        for case in ("loop", "around"):
            without, ours = (counted(case, with_layer=with_layer) for with_layer in (False, True))
            for name in COUNTED:
                print(f"{CASES[case]}: {ours[name] - without[name]:,.0f} {name} on top of {without[name]:,.0f}")
    else:
        for case, label in CASES.items():
            runs = range(arguments.processes)
            pairs = [[microseconds(case, with_layer=with_layer) for with_layer in (False, True)] for _ in runs]
            without, ours = (min(each) for each in zip(*pairs, strict=True))
            print(f"{label}: {ours - without:.0f} µs on top of {without:.0f}")


def said_by(case: str, invocations: int, *command: str, with_layer: bool) -> str:
    """What a process says on stderr at its end."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    if with_layer:
        keys = "order_id=body.orderId|detail.orderId"
        environment |= {"PYTHONPATH": SOURCES, "HOPSCOPE_HANDLER": "__main__.handler", "HOPSCOPE_KEYS": keys}
        environment |= SETTINGS.get(case, {})
    if command:
        environment["PYTHONHASHSEED"] = "0"
    whole = [*command, sys.executable, __file__, "--child", case, str(invocations)]
    done = subprocess.run(whole, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return done.stderr.decode()


def microseconds(case: str, *, with_layer: bool) -> float:
    """CPU time of an invocation."""
    return float(said_by(case, 150, with_layer=with_layer))


def counted(case: str, *, with_layer: bool) -> dict[str, float]:
    """What an invocation counts: the difference between a long run and a short one, so that no start is in it."""
    valgrind = ("valgrind", "--tool=cachegrind", "--cache-sim=yes", "--cachegrind-out-file=/dev/null")
    short, long = (said_by(case, invocations, *valgrind, with_layer=with_layer) for invocations in (20, 70))
    return {name: (total(pattern, long) - total(pattern, short)) / 50 for name, pattern in COUNTED.items()}


def total(pattern: str, report: str) -> int:
    """A sum of cachegrind's report."""
    found = re.search(pattern + r": +([\d,]+)", report)
    if found is None:
        raise ValueError(f"valgrind reported no {pattern!r}: {report[-300:]}")
    return int(found[1].replace(",", ""))


def run(case: str, invocations: int) -> None:
    """The function of `case`, measured from inside its process."""
    send_three = _sender()
    task.append(send_three if case.startswith("around") else lambda _: None)
    wrapped: Any = handler
    if "HOPSCOPE_HANDLER" in os.environ:
        import hopscope_layer

        wrapped = hopscope_layer.handler
    spent_ns = []
    for number in range(invocations):
        os.environ["_X_AMZN_TRACE_ID"] = f"Root=1-5e1b4151-{number:024x};Parent=53995c3f42cd8ad8;Sampled=1"
        context = SimpleNamespace(aws_request_id=f"{number:032x}", function_name="orders", function_version="1")
        context._epoch_deadline_time_in_ms = int(time() * 1000) + 30_000
        if case == "after":
            send_three({"Records": [RECORD]})
        event = json.loads(json.dumps({"Records": [RECORD]}))
        started_ns = process_time_ns()
        wrapped(event, context)
        spent_ns.append(process_time_ns() - started_ns)
    print(sorted(spent_ns)[invocations // 10] / 1000, file=sys.stderr)


task: list[Any] = []
"""What the function does with its event."""


def handler(event: Any, context: object) -> object:  # noqa: ARG001  as Lambda calls it
    """What the layer finds by its name."""
    return task[0](event)


def _sender() -> Any:
    """Three calls of AWS as peerbench's function makes them, answered without a network."""
    import boto3
    import botocore.httpsession
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders

    def send(self: object, request: Any) -> Any:  # noqa: ARG001  botocore's own
        target = str(request.headers.get("X-Amz-Target", b""))
        response: Any = AWSResponse(request.url, 200, HTTPHeaders(), None)
        response._content = next(answer for name, answer in ANSWERS.items() if name in target)
        return response

    session: Any = botocore.httpsession.URLLib3Session
    session.send = send
    made = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    bus, topics, queues = made.client("events"), made.client("sns"), made.client("sqs")

    def send_three(event: Any) -> None:
        order = json.loads(event["Records"][0]["body"])
        text = json.dumps({"orderId": order["orderId"], "total": order["amount"]})
        bus.put_events(Entries=[{"Source": "shop.orders", "DetailType": "OrderPlaced", "Detail": text}])
        topics.publish(TopicArn="arn:aws:sns:us-east-1:123456789012:out-topic", Message=text)
        queues.send_message(QueueUrl="https://sqs.us-east-1.amazonaws.com/123456789012/out-queue", MessageBody=text)

    return send_three


if __name__ == "__main__":
    main()
