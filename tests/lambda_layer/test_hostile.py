"""Functions that exhaust, block or kill what they run in: with the layer they fail as they fail without it."""

import json
import re
import sys
from typing import Any

import pytest

EXHAUSTED = """
import boto3, os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
sqs, kinesis = boto3.client("sqs"), boto3.client("kinesis")
held = []
def handler(event, context):
    if event.get("Records", [{}])[0].get("body") == "fill":
        try:
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            return len(held) > 10
    try:
        if event.get("send") == "sqs":
            sqs.send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/a", MessageBody="b")
        if event.get("send") == "kinesis":
            kinesis.put_record(StreamName="s", Data=b"d", PartitionKey="p")
    except Exception as error:
        return type(error).__name__
    if event.get("raise"):
        raise KeyError("mine")
    return {"batchItemFailures": [{"itemIdentifier": "m"}]}
"""
RECORD = {"messageId": "m", "body": "b", "attributes": {}, "messageAttributes": {}, "eventSource": "aws:sqs"}
AFTER: list[dict[str, Any]] = [
    {"Records": [{**RECORD, "body": "fill"}]},
    {"send": "sqs"},
    {"send": "kinesis"},
    {"Records": [RECORD, {**RECORD, "messageId": "n"}]},
    {"records": {"t-0": [{"topic": "t", "eventSource": "aws:kafka"}]}},
    {"rmqMessagesByQueue": {"q": []}},
    {"raise": True},
]


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux does")
def test_a_function_without_file_descriptors_left_answers_the_same(lambdas: Any, aws: Any) -> None:
    """No module, no socket and no file opens any more: what was not imported yet cannot be."""
    env = {"AWS_ENDPOINT_URL": aws.url, "AWS_MAX_ATTEMPTS": "1"}

    without = lambdas(EXHAUSTED, AFTER, attach=None, env=env)
    ran = lambdas(EXHAUSTED, AFTER, env=env)

    assert [body for _, body in without.answers][:2] == [b"true", b'"EndpointConnectionError"']
    assert ran.answers == without.answers
    assert [record["record"] for record in ran.records].count("begin") == len(AFTER)
    assert "Too many open files" in ran.err


SLEEPING = """
import time
def handler(event, context):
    print("begins", flush=True)
    time.sleep(60)
"""


def test_a_function_that_sleeps_past_its_deadline_leaves_its_begin_record(lambdas: Any) -> None:
    without = lambdas(SLEEPING, [{}], attach=None, deadline_ms=1_500)
    ran = lambdas(SLEEPING, [{}], deadline_ms=1_500)

    assert (ran.code, ran.answers, ran.users_out) == (without.code, without.answers, without.users_out)
    (begin,) = ran.records
    assert begin["record"] == "begin"
    assert 0 < begin["deadlineUs"] - begin["startUs"] <= 1_500_000


ENDS = {
    "os._exit": "import os\ndef handler(event, context):\n    print('on its way')\n    os._exit(7)\n",
    "a signal": "import os, signal\ndef handler(event, context):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
    "sys.exit": "import sys\ndef handler(event, context):\n    sys.exit('why')\n",
    "a thread that raises": (
        "import threading\ndef work():\n    raise ValueError('in a thread')\n"
        "def handler(event, context):\n    thread = threading.Thread(target=work)\n    thread.start()\n    thread.join()\n"
    ),
    "recursion": "def handler(event, context):\n    return handler(event, context)\n",
    "a closed stdout": "import sys\ndef handler(event, context):\n    sys.stdout.close()\n    return 1\n",
    "no stdout": "import sys\ndef handler(event, context):\n    sys.stdout = None\n    return 1\n",
    "a dict that changes while it is encoded": (
        "class Odd(dict):\n    def items(self):\n        raise RuntimeError('changed')\n"
        "def handler(event, context):\n    return Odd(a=1)\n"
    ),
    "a result with an odd get": (
        "class Odd(dict):\n    def get(self, *_):\n        raise RuntimeError('odd')\n"
        "def handler(event, context):\n    return Odd(a=1)\n"
    ),
    "an exception group": (
        "def handler(event, context):\n    raise ExceptionGroup('two', [ValueError(1), KeyError(2)])\n"
    ),
    "a base exception": "class Mine(BaseException):\n    pass\ndef handler(event, context):\n    raise Mine('so')\n",
    "much": "def handler(event, context):\n    return {'a': 'x' * 5_000_000, 'n': len(event['much'])}\n",
}


@pytest.mark.parametrize("case", ENDS)
def test_however_a_function_ends_it_ends_the_same(case: str, lambdas: Any) -> None:
    events = [{"much": "ü" * 2_000_000 if case == "much" else ""}, {"much": ""}]

    without = lambdas(ENDS[case], events, attach=None)
    ran = lambdas(ENDS[case], events)

    assert ran.code == without.code
    assert [_without_depth(answer) for answer in ran.answers] == [_without_depth(answer) for answer in without.answers]
    texts = [re.sub(r"\d+", "n", each.users_out_with_errors) for each in (ran, without)]
    assert texts[0] == texts[1]
    assert ran.records[0]["record"] == "begin"


def _without_depth(answer: tuple[str, bytes]) -> tuple[str, bytes]:
    """How many frames of a recursion fit is one less with ours below them."""
    kind, body = answer
    found = json.loads(body) if kind == "error" else None
    return (kind, body) if found is None or found["errorType"] != "RecursionError" else (kind, b"RecursionError")


RESTORED = "import os\ndef handler(event, context):\n    return os.getpid()\n"


def test_after_a_snapshot_was_restored_every_invocation_has_ids_of_its_own(lambdas: Any) -> None:
    """Everything that was made before the snapshot exists in every copy: no id may be made from it."""
    plain = {"Lambda-Runtime-Trace-Id": ""}
    env = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start", "PYTHONHASHSEED": "7"}

    copies = [lambdas(RESTORED, [{}, {}], env=env, headers=plain) for _ in range(2)]

    assert [ran.was_restored for ran in copies] == [True, True]
    begins = [record for ran in copies for record in ran.records if record["record"] == "begin"]
    assert len({begin["invocationId"] for begin in begins}) == 4
    assert len({begin["traceId"] for begin in begins}) == 4
    assert [begin["coldStart"] for begin in begins] == [True, False] * 2
