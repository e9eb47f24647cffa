"""A fault raised inside every function of ours, in turn, never reaches the handler.

The fault is raised by a trace function when the interpreter enters the function, so nothing is patched.
"""

import copy
import json
import re
import sys
import types
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from hopscope_layer import arrive, bootstrap, current, depart, guard
from hopscope_layer.settings import settings_of

CARRIER = "00-5e1b41515ac6c58f5b4c1d5f6a7b8c9d-9f1c22ab03d40001-01;web-7781"
BOUNDARY = {
    "handler": "what the runtime calls: it holds the last guard and nothing that can fail",
    "_make_api_call": "what botocore's clients call: likewise",
    "_convert_to_request_dict": "what botocore itself calls: likewise",
    "__iter__": "entered by the user's own loop; makes a generator",
    "_followed": "resumed by the user's own loop; sets a few attributes",
    "__reversed__": "as `__iter__`",
}
"""Functions that run in the user's own frame, so that nothing is around them that could catch. They have no step to fail."""

ENVELOPE = json.dumps(
    {
        "Type": "Notification",
        "MessageId": "n",
        "TopicArn": "arn:t",
        "Message": json.dumps({"detail-type": "d", "id": "e", "detail": {"_hopscope": CARRIER, "orderId": 1}}),
    }
)
BODIES = ['{"orderId":"o-1"}', ENVELOPE]
BATCH = {
    "Records": [
        {
            "messageId": str(number),
            "body": body,
            "attributes": {
                "SentTimestamp": "1",
                "ApproximateReceiveCount": "2",
                "AWSTraceHeader": "Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d",
            },
            "messageAttributes": {
                "hopscope": {"dataType": "Binary", "binaryValue": "MDAt"},
                "x-correlation-id": {"stringValue": "web"},
            },
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:q",
        }
        for number, body in enumerate(BODIES)
    ]
}
EVENTS: dict[str, Any] = {
    "a batch": BATCH,
    "a request": {"requestContext": {"requestId": "r", "domainName": "d"}, "headers": {"x-correlation-id": "web", "X-Amzn-Trace-Id": "Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d"}, "httpMethod": "GET", "path": "/"},
    "an event": {"detail-type": "d", "id": "e", "time": "2025-12-01T12:00:00Z", "detail": {"_hopscope": CARRIER}},
    "nothing": None,
}  # fmt: skip


class Fault(Exception):
    """Ours, raised for the test."""


@pytest.fixture(autouse=True)
def same_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents that a share of flows is decided by a random trace id."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5e1b4151-5ac6c58f5b4c1d5f0a7b8c9d")


def users_handler(event: Any, context: Any) -> Any:
    sent = []
    for record in event["Records"] if isinstance(event, dict) and "Records" in event else [event]:
        for service, operation, response, params in (
            (
                "sqs",
                "send_message",
                {"MessageId": "m"},
                {"QueueUrl": "https://q", "MessageBody": json.dumps(record)[:20]},
            ),
            (
                "sns",
                "publish",
                {"MessageId": "n"},
                {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:t", "Message": "b"},
            ),
            (
                "events",
                "put_events",
                {"Entries": [{"EventId": "e"}]},
                {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]},
            ),
        ):
            client = CLIENTS[service]
            with Stubber(client) as stubber:
                stubber.add_response(operation, response)
                sent.append(getattr(client, operation)(**params))
    if isinstance(event, dict) and "headers" in event:
        raise KeyError("the user's own")
    return {"sent": sent, "batchItemFailures": [{"itemIdentifier": "1"}]}


CLIENTS: dict[str, Any] = {
    service: boto3.client(service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    for service in ("sqs", "sns", "events")
}


def outcome_of(handler: Callable[[Any, Any], Any], event: Any) -> object:
    try:
        return handler(copy.deepcopy(event), None)
    except KeyError as error:
        return repr(error)


def is_ours(code: types.CodeType) -> bool:
    return "hopscope_layer" in code.co_filename or "hopscope_wire" in code.co_filename


def entered(handler: Callable[[Any, Any], Any], event: Any) -> set[types.CodeType]:
    seen: set[types.CodeType] = set()

    def watch(frame: types.FrameType, event: str, argument: object) -> None:
        if is_ours(frame.f_code):
            seen.add(frame.f_code)

    sys.settrace(watch)
    try:
        outcome_of(handler, event)
    finally:
        sys.settrace(None)
    return seen


@pytest.mark.parametrize("case", EVENTS)
@pytest.mark.parametrize(
    "environ",
    [
        {},
        {
            "HOPSCOPE_CAPTURE": "on",
            "HOPSCOPE_STACK": "on",
            "HOPSCOPE_KEYS": "order_id=orderId|detail.orderId",
            "HOPSCOPE_SAMPLE": "0.5",
        },
    ],
    ids=["plain", "everything on"],
)
def test_a_fault_in_any_function_of_ours_never_reaches_the_handler(
    case: str, environ: dict[str, str], capsys: Any
) -> None:
    settings = settings_of(environ)
    handler = bootstrap._wrapped(users_handler, settings)
    expected = outcome_of(users_handler, EVENTS[case])
    outcome_of(handler, EVENTS[case])
    codes = sorted(
        (code for code in entered(handler, EVENTS[case]) if code.co_name not in BOUNDARY),
        key=lambda code: (code.co_filename, code.co_firstlineno),
    )

    failed = []
    for code in codes:
        raised = []

        def inject(  # noqa: PLR0917  a trace function's three, and two bound by the loop
            frame: types.FrameType,
            event: str,
            argument: object,
            code: types.CodeType = code,
            raised: list[bool] = raised,
        ) -> None:
            if frame.f_code is code and not raised:
                raised.append(True)
                raise Fault(code.co_name)

        sys.settrace(inject)
        try:
            found = outcome_of(handler, EVENTS[case])
        except Fault:
            found = "the fault reached the user"
        finally:
            sys.settrace(None)
            current.invocation = None
            guard.failures_taken()
        assert raised, code
        if found != expected:
            failed.append((code.co_filename.rpartition("hopscope_")[2], code.co_name, found))

    assert failed == []
    assert len(codes) > 25


def test_every_exemption_has_a_reason() -> None:
    assert all(len(reason) > 10 for reason in BOUNDARY.values())


class Refusing:
    """A finder that fails for our modules, as the import system does when no file can be opened any more."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error
        self.asked: list[str] = []

    def find_spec(self, name: str, *_: object) -> None:
        if name.startswith(("hopscope_layer.", "hopscope_wire.")):
            self.asked.append(name)
            raise self.error(name)


LAZY = re.compile(
    r"hopscope_layer\.(arrive|depart|integrations)\.|hopscope_layer\.(outcome|capture|redact|batch|propagation)"
)
NEEDED = {"hopscope_layer.arrive.message", "hopscope_layer.depart.call", "hopscope_layer.depart.request", "hopscope_layer.depart.limits"}  # fmt: skip


@pytest.mark.parametrize("error", [OSError, ImportError])
@pytest.mark.parametrize("case", EVENTS)
def test_a_module_that_cannot_be_imported_any_more_never_reaches_the_handler(
    case: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers, services and libraries are imported when the first of their kind is there."""
    environ = {
        "HOPSCOPE_CAPTURE": "on",
        "HOPSCOPE_STACK": "on",
        "HOPSCOPE_PROPAGATION": "on,sqs=on",
        "HOPSCOPE_SAMPLE": "0.9",
    }
    expected = outcome_of(users_handler, EVENTS[case])
    handler = bootstrap._wrapped(users_handler, settings_of(environ))
    for name in [name for name in sys.modules if LAZY.match(name) and name not in NEEDED]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(arrive, "_loaded", {})
    monkeypatch.setattr(depart, "_classes", {})
    refusing = Refusing(error)
    monkeypatch.setattr(sys, "meta_path", [refusing, *sys.meta_path])

    found = [outcome_of(handler, EVENTS[case]) for _ in range(2)]

    guard.failures_taken()
    assert found == [expected, expected]
    assert len(refusing.asked) > 3
