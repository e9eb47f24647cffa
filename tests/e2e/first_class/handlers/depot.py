"""A depot where everything that can befall a message befalls one: each case is begun by name and carries its name."""

import json
import os
import pathlib
import time

import boto3

BUS, ARCHIVED_BUS, TOPIC, STREAM = (os.environ.get(name, "") for name in ("BUS", "ARCHIVED_BUS", "TOPIC", "STREAM"))


def start(event, context):
    """Begin a case: hand its messages over."""
    BEGINNINGS[event["case"]](event["case"])


def put(kind, case, bus=BUS):
    entry = {"EventBusName": bus, "Source": "depot", "DetailType": kind, "Detail": json.dumps({"case": case})}
    boto3.client("events").put_events(Entries=[entry])


def send(queue, case, **more):
    body = json.dumps({"case": case})
    boto3.client("sqs").send_message(QueueUrl=os.environ[queue], MessageBody=body, **more)


def send_three(case):
    entries = [{"Id": str(n), "MessageBody": json.dumps({"case": case, "number": n})} for n in range(3)]
    boto3.client("sqs").send_message_batch(QueueUrl=os.environ["SHELF"], Entries=entries)


def feed(case):
    """Four records of one batch; the last one is poison."""
    for number in range(4):
        data = json.dumps({"case": case, "number": number}).encode()
        boto3.client("kinesis").put_record(StreamName=STREAM, Data=data, PartitionKey="p")


def put_two(case):
    """The second one pretends to be of AWS, which EventBridge does not take."""
    entries = [
        {"EventBusName": BUS, "Source": source, "DetailType": kind, "Detail": json.dumps({"case": case})}
        for source, kind in (("depot", "noted"), ("aws.depot", "forged"))
    ]
    boto3.client("events").put_events(Entries=entries)


def publish(case):
    boto3.client("sns").publish(TopicArn=TOPIC, Message=json.dumps({"case": case}))


def call(function, case):
    boto3.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"case": case}))


def send_two(case):
    """Two halves of one thing."""
    for half in "ab":
        body = json.dumps({"case": case, "half": half})
        boto3.client("sqs").send_message(QueueUrl=os.environ["PAIRS"], MessageBody=body)


def twice(deed, *given, **more):
    for _ in range(2):
        deed(*given, **more)


BEGINNINGS = {
    "redelivered": lambda case: send("SLIPPERY", case),
    "tried-again": lambda case: put("wobbly", case),
    "given-up": lambda case: put("hopeless", case),
    "failed": lambda case: put("broken", case),
    "timed-out": lambda case: put("sleepy", case),
    "crashed": lambda case: put("fragile", case),
    "bisected": feed,
    "partly-failed": send_three,
    "dead-lettered": lambda case: send("DOOMED", case),
    "redriven": lambda case: send("JAMMED", case),
    "replayed": lambda case: put("kept", case, ARCHIVED_BUS),
    "received-twice": lambda case: put("popular", case),
    "sent-twice": lambda case: twice(send, "SORTED", case),
    "told-twice": lambda case: twice(put, "noted", case),
    "fanned-out": lambda case: put("everywhere", case),
    "fanned-in": send_two,
    "batch-of-a": lambda case: send("MIXED", case),
    "batch-of-b": lambda case: send("MIXED", case),
    "not-sent": put_two,
    "through-brokers": lambda case: put("announced", case),
    "not-instrumented": lambda case: call("legacy", case),
    "recorded": lambda case: call("whisper", case),
    "told-not-instrumented": lambda case: send("FOREIGN", case),
    "deduplicated": lambda case: twice(
        send, "ORDERLY", case, MessageGroupId="group", MessageDeduplicationId=f"{case}-once"
    ),
    "lost": lambda case: send("FORGOTTEN", case),
    "waiting": lambda case: send("PATIENT", case),
    "overdue": lambda case: put("promised", case),
    "unmatched": lambda case: put("unheard", case),
    "unrecorded": lambda case: call("whisper", case),
}


def note(event, context):
    """Takes what comes."""


def fail(event, context):
    raise ValueError("the crate does not open")


def fail_at_first(event, context):
    """Fails at the first attempt at each message, in whatever process."""
    if is_first(event):
        raise TimeoutError("the crate is stuck")


def fail_twice(event, context):
    """Until it was tried twice, under whatever id: then somebody has repaired it."""
    if is_first(event, tries=2):
        raise ValueError("the belt is jammed")


def is_first(event, tries=1):
    """Whether this message was tried less often before; processes of failed attempts are gone."""
    case = event.get("detail") or json.loads(event["Records"][0]["body"])
    tried = pathlib.Path(os.environ["TMPDIR"]) / f"{os.environ['AWS_LAMBDA_FUNCTION_NAME']}-{case['case']}"
    with tried.open("a+") as marks:
        marks.seek(0)
        before = len(marks.read())
        marks.write("x")
    return before < tries


def fail_at_poison(event, context):
    """A stream's batch fails as a whole when the fourth record is in it."""
    import base64

    numbers = [json.loads(base64.b64decode(record["kinesis"]["data"]))["number"] for record in event["Records"]]
    if 3 in numbers:
        raise ValueError("poison")


def give_back(event, context):
    """Gives the second message of three back, once."""
    back = [
        record["messageId"]
        for record in event["Records"]
        if json.loads(record["body"])["number"] == 1 and record["attributes"]["ApproximateReceiveCount"] == "1"
    ]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in back]}


def oversleep(event, context):
    time.sleep(600)


def crash(event, context):
    print("out of order", flush=True)
    os._exit(7)


def sort(event, context):
    """One message on for each message of the batch."""
    for record in event["Records"]:
        send("SORTED", json.loads(record["body"])["case"])


def join(event, context):
    """One message on for the whole batch."""
    cases = {json.loads(record["body"])["case"] for record in event["Records"]}
    if len(event["Records"]) > 1:
        send("SORTED", cases.pop())
