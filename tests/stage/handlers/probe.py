"""Functions that show what reached them."""

import json
import os
import sys


def show(event, context):
    print("SAW " + json.dumps({"request_id": context.aws_request_id, "event": event}))


def fail(event, context):
    show(event, context)
    raise ValueError("this function always fails")


def fail_the_second(event, context):
    """Every second message of a batch, at its first attempt."""
    show(event, context)
    late = [
        record["messageId"]
        for position, record in enumerate(event["Records"])
        if position % 2 and record["attributes"]["ApproximateReceiveCount"] == "1"
    ]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in late]}


def surroundings(event, context):
    import boto3

    return {
        "variables": dict(os.environ),
        "path": sys.path,
        "boto3": boto3.__version__,
        "ours": [name for name in ("hopscope_stage", "hopscope_wire", "textual") if importable(name)],
    }


def importable(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def talk(event, context):
    for number in range(event["lines"]):
        print(f"line {number}")
    print("no newline at the end", end="")


def oversleep(event, context):
    import time

    print("good night", flush=True)
    time.sleep(600)


def die(event, context):
    print("last words", flush=True)
    os._exit(7)
