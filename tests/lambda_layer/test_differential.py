"""The same function, the same events, with and without the layer: the same answers, output and bytes sent.

Thousands of events: recorded ones where there are any, invented ones, and mutations of both.
`DIFFERENTIAL_EVENTS=20000` makes as many in each of the two runs in the runtime client, and ten times as many in the
process of the test, where the context is None. Functions that end their process or their time: `test_hostile.py`.
"""

import copy
import json
import os
import random
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from hopscope_layer import bootstrap
from hopscope_layer.settings import settings_of

EVENTS_A_RUN = int(os.environ.get("DIFFERENTIAL_EVENTS", "1000"))
SEEDS = (7, 42)

FUNCTION = r"""
import json, threading, zlib
import boto3
from decimal import Decimal

sqs, sns, events = boto3.client("sqs"), boto3.client("sns"), boto3.client("events")

class Odd(Exception):
    def __str__(self):
        return "odd " * 3

class Unsayable(Exception):
    def __str__(self):
        raise RuntimeError("cannot say")

def returns(event, text): return event
def returns_nothing(event, text): return None
def returns_text(event, text): return text[:100]
def returns_bytes(event, text): return text.encode()[:100]
def returns_decimal(event, text): return {"a": Decimal("1.10")}
def returns_what_json_cannot(event, text): return {1, 2}
def returns_failures(event, text): return {"batchItemFailures": [{"itemIdentifier": text[:3]}, {"itemIdentifier": None}]}
def returns_much(event, text): return "x" * 300000
def raises(event, text): raise Odd(text[:50])
def raises_deep(event, text): return deeper(event, 5)
def raises_from(event, text):
    try:
        {}["missing"]
    except KeyError as error:
        raise ValueError("wrapped") from error
def prints(event, text): print("user says", len(text)); print("no end", end=" "); return 1
def mutates(event, text):
    if isinstance(event, dict):
        event.clear(); event["x"] = 1
    elif isinstance(event, list):
        del event[:]
    return event
def changes_records(event, text):
    records = event.get("Records") if isinstance(event, dict) else None
    if isinstance(records, list):
        records.reverse(); records.append({"more": 1}); records.sort(key=str)
        return [len(records), records[0], records[-1:], [json.dumps(each)[:20] for each in records], records == list(records), records.index({"more": 1})]
def sums(event, text):
    records = event.get("Records", []) if isinstance(event, dict) else event
    return [record for record in records] + list(map(str, records)) + [list(zip(records, records))] if isinstance(records, list) else repr(type(records))
def threads(event, text):
    found = []
    workers = [threading.Thread(target=lambda: found.append(1)) for _ in range(3)]
    [worker.start() for worker in workers]; [worker.join() for worker in workers]
    return found
def sends(event, text):
    body = text[:2000] or "x"
    sqs.send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/a", MessageBody=body, MessageAttributes={"n": {"DataType": "String", "StringValue": "v"}})
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:123456789012:t", Message=body)
    answer = events.put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": text if text[:1] == "{" else "{}"}])
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}["FailedEntryCount"]
def sends_wrongly(event, text): sqs.send_message(QueueUrl=1, MessageBody={"a": 1})
def refused(event, text): events.put_events(Entries=[{"Source": "s", "DetailType": "bad", "Detail": ["a", "list"]}])

def deeper(event, depth):
    if depth == 0:
        raise KeyError("deep")
    return deeper(event, depth - 1)

ACTIONS = [returns] * 6 + [returns_nothing, returns_text, returns_bytes, returns_decimal, returns_what_json_cannot, returns_failures,
           returns_much, raises, raises_deep, raises_from, prints, mutates, changes_records, sums, threads, sends, sends_wrongly, refused]

def handler(event, context):
    text = json.dumps(event)
    return ACTIONS[zlib.crc32(text.encode()) % len(ACTIONS)](event, text)
"""


def seeds_of_events() -> list[Any]:
    corpus = os.environ.get("HOPSCOPE_CORPUS")
    found = (
        [json.loads(path.read_text())["event"] for path in sorted(Path(corpus, "lambda_events").rglob("*.json"))]
        if corpus
        else []
    )
    record = {
        "messageId": "m",
        "body": "b",
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:q",
    }
    return [
        *found,
        {"Records": [record, {**record, "messageId": "n", "body": '{"detail-type":1}'}]},
        [record, record],
        {"detail-type": "d", "id": "e", "detail": {"a": 1}},
        {"requestContext": "a text", "headers": ["a", "list"]},
        {"requestContext": {"requestId": 7}, "httpMethod": "GET", "path": None},
        {}, [], None, 7, "text", True, {"Records": []}, {"Records": None}, {"Records": [None, 1]}, [[1]],
    ]  # fmt: skip


def mutated(event: Any, random: random.Random) -> Any:
    """The event with a few of its parts dropped, replaced or repeated."""
    event = copy.deepcopy(event)
    for _ in range(random.randrange(4)):
        places = [place for place in _places(event) if isinstance(place, (dict, list)) and place]
        if not places:
            return event
        place = random.choice(places)
        key = random.choice(list(place)) if isinstance(place, dict) else random.randrange(len(place))
        what = random.randrange(4)
        if what == 0:
            del place[key]
        elif what == 1:
            place[key] = random.choice(
                [None, 7, "", "text", "ü\u2028\ud83c", [], {}, True, 1.5e300, {"a": [1]}, "x" * 70_000]
            )
        elif what == 2:
            place[key] = [place[key], place[key]]
        elif isinstance(place, dict):
            place[
                random.choice(["detail-type", "Records", "detail", "_hopscope", "requestContext", "body", "hopscope"])
            ] = place[key]
    return event


def _places(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *[place for each in inner for place in _places(each)]]


def without_carriers(requests: list[tuple[str, bytes, dict[str, str]]]) -> list[tuple[str, object]]:
    """The bodies of the requests, parsed so that only the carrier can be taken out."""
    found: list[tuple[str, object]] = []
    for operation, body, _ in requests:
        text = body.decode()
        if operation == "Publish":
            text = re.sub(
                r"&MessageAttributes\.entry\.1\.(Name=hopscope|Value\.DataType=Binary|Value\.BinaryValue=[^&]*)",
                "",
                text,
            )
            found.append((operation, sorted(text.split("&"))))
            continue
        parsed = json.loads(text)
        if operation == "SendMessage":
            parsed["MessageAttributes"].pop("hopscope", None)
        if operation == "PutEvents":
            for entry in parsed["Entries"]:
                entry["Detail"] = re.sub(r'"_hopscope":"00-[^"]*",?', "", entry["Detail"], count=1)
        found.append((operation, parsed))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_with_and_without_the_layer_everything_is_the_same(lambdas: Any, aws: Any, seed: int) -> None:
    chance = random.Random(seed)
    seeds = seeds_of_events()
    events = [json.dumps(mutated(chance.choice(seeds), chance)).encode() for _ in range(EVENTS_A_RUN)]
    env = {"AWS_ENDPOINT_URL": aws.url, "AWS_MAX_ATTEMPTS": "1"}

    without = lambdas(FUNCTION, events, attach=None, env=env)
    sent_without = list(aws.requests)
    aws.requests.clear()
    ran = lambdas(FUNCTION, events, env={**env, "HOPSCOPE_KEYS": "order_id=detail.orderId|body.orderId|id"})

    assert len(without.answers) == EVENTS_A_RUN
    for event, expected, found in zip(events, without.answers, ran.answers, strict=True):
        assert unnumbered(found) == unnumbered(expected), event[:2000]
    assert ran.users_out_with_errors == without.users_out_with_errors
    assert without_carriers(aws.requests) == without_carriers(sent_without)
    assert len(sent_without) > EVENTS_A_RUN // 50
    assert ran.err == without.err
    assert sum(record["record"] == "begin" for record in ran.records) >= EVENTS_A_RUN


def users_handler(event: Any, context: Any) -> Any:
    """Does with the event, by its looks, what functions do."""
    assert context is None
    text = json.dumps(event)
    what = zlib.crc32(text.encode()) % 6
    records = event.get("Records") if isinstance(event, dict) else event
    if what == 0 and isinstance(records, list):
        return [[record, index] for index, record in enumerate(records)] + records[::-1]
    if what == 1 and isinstance(event, dict):
        for key in list(event):
            event[key] = {"was": event.pop(key)}
    if what == 2:
        raise KeyError(text[:20])
    if what == 3:
        return {"batchItemFailures": [{"itemIdentifier": text[:5]}, None], "event": event}
    if what == 4 and isinstance(records, list):
        records.append(copy.deepcopy(records[:1]))
        records.sort(key=str)
    return event


def outcome_of(handler: Any, event: bytes) -> tuple[str, str]:
    given = json.loads(event)
    try:
        answer = json.dumps(handler(given, None))
    except KeyError as error:
        answer = repr(error)
    # A bare list reaches the handler as a copy that follows it: only the handler sees what becomes of it.
    return answer, json.dumps(given if isinstance(given, dict) else None)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_context_everything_is_the_same_too(seed: int, capsys: Any) -> None:
    """As an emulator or a test calls a handler: the answer, and the event as it was left."""
    chance = random.Random(seed)
    seeds = seeds_of_events()
    environ = {"HOPSCOPE_KEYS": "order_id=detail.orderId|body.orderId|id", "HOPSCOPE_CAPTURE": "error"}
    handler = bootstrap._wrapped(users_handler, settings_of(environ))

    for _ in range(10 * EVENTS_A_RUN):
        event = json.dumps(mutated(chance.choice(seeds), chance)).encode()
        assert outcome_of(handler, event) == outcome_of(users_handler, event), event[:2000]
        said = capsys.readouterr()
        assert said.err == ""
        assert all(line.startswith('{"hopscope":1,') for line in said.out.splitlines())


def unnumbered(answer: tuple[str, bytes]) -> tuple[str, bytes]:
    """The fake AWS numbers its answers; the two runs share its counter."""
    return answer[0], re.sub(rb"(event|sqs|sns)-\d+", rb"\1-n", answer[1])
