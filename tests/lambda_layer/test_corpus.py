"""The recorded events of AWS, read by the layer."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hopscope_layer.current import Invocation
from hopscope_layer.depart.bus import PutEvents
from hopscope_layer.depart.queue import SendMessage
from hopscope_layer.depart.topic import Publish
from hopscope_layer.reading import messages_of
from hopscope_layer.settings import settings_of

CORPUS = os.environ.get("HOPSCOPE_CORPUS")
pytestmark = pytest.mark.skipif(CORPUS is None, reason="HOPSCOPE_CORPUS names no folder with recorded events")
EVENTS = sorted(Path(CORPUS, "lambda_events").rglob("*.json")) if CORPUS else []
CHAINS = sorted(Path(CORPUS, "chains").rglob("*.json")) if CORPUS else []
SETTINGS = settings_of({"HOPSCOPE_KEYS": "order_id=detail.orderId|body.orderId|orderId"})


@pytest.fixture(autouse=True)
def no_swallowed_faults(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """A reader that fails is swallowed by the guard and named on stderr: here that is an error."""
    yield
    assert "[hopscope]" not in capsys.readouterr().err


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem[:60])
def test_every_identity_of_a_recorded_event_is_in_a_ref(path: Path) -> None:
    recorded = json.loads(path.read_text())

    messages = messages_of(recorded["event"], SETTINGS)

    refs = [ref for message in messages for ref in message.refs]
    wanted = [str(value) for values in recorded["identities"].values() for value in values]
    assert messages
    assert [value for value in wanted if not any(value in ref for ref in refs)] == []


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem[:60])
def test_reading_an_event_without_our_carrier_changes_nothing(path: Path) -> None:
    event = json.loads(path.read_text())["event"]
    before = json.dumps(event)

    messages_of(event, SETTINGS)

    assert json.dumps(event) == before


def ends_of(path: Path) -> list[tuple[str, list[tuple[str, set[str] | None]]]]:
    """Each link of a chain: its value, and every place where it stands with the refs that the layer reads there.

    The id of the request that made a call, in the metadata of an SDK, is no id of a message.
    """
    chain = json.loads(path.read_text())
    return [
        (
            link["value"],
            [(where, refs_at(chain["content"], where)) for where in link["occurrences"] if "Sdk" not in where],
        )
        for link in chain["links"]
    ]


@pytest.mark.parametrize("path", CHAINS, ids=lambda path: path.stem[:60])
def test_both_ends_of_a_recorded_link_have_the_same_ref(path: Path) -> None:
    """Wherever a Lambda event, an SQS message or the response of a send stands at an end of the link.

    An end that we read must hold the value in a ref, and all such ends of a link the same one.
    """
    for value, ends in ends_of(path):
        if value.startswith("Root="):
            continue
        read_ends = [(where, refs) for where, refs in ends if refs is not None]
        without = [where for where, refs in read_ends if not any(value in ref for ref in refs)]
        found = [{ref for ref in refs if value in ref} for where, refs in read_ends if where not in without]
        assert without == [], value
        if len(found) > 1:
            assert set.intersection(*found), (value, read_ends)


def test_how_many_ends_of_recorded_links_are_read() -> None:
    """So that no change drops them silently."""
    links = [link for path in CHAINS for link in ends_of(path)]
    read_ends = [sum(refs is not None for _, refs in ends) for _, ends in links]

    print(
        f"{len(EVENTS)} events, {len(CHAINS)} chains, {len(links)} links: "
        f"{sum(count > 1 for count in read_ends)} read at two ends or more, {sum(count == 1 for count in read_ends)} "
        f"at one, {read_ends.count(0)} at none"
    )
    assert sum(count > 1 for count in read_ends) > 0.9 * (len(links) - read_ends.count(0))


def refs_at(content: Any, occurrence: str) -> set[str] | None:
    """The refs that the layer reads from the thing in which the value stands; None when it is no end that we see."""
    steps = [step for step in re.findall(r"[^.\[\]]+|\[\d+\]", occurrence.replace("(json)", ".(json)")) if step]
    found: set[str] = set()
    value = content
    for step in steps:
        found |= refs_of(value)
        if step == "(json)":
            value = json.loads(value) if isinstance(value, str) else value
        elif step.startswith("["):
            value = value[int(step[1:-1])]
        else:
            value = value[step] if isinstance(value, dict) and step in value else next(iter(value.values()), {})
    # A response names no queue and no topic: the recordings have one name for it at most.
    return {re.sub(r"-fifo/[^:]*:", "-fifo/:", ref) for ref in found} or None


def refs_of_response(value: dict[str, Any]) -> set[str]:
    """What the layer makes of a response; a bare message id may be a queue's or a topic's."""
    if value.keys() >= {"Entries", "FailedEntryCount"}:
        return {ref for entry in value["Entries"] for ref in PutEvents.refs(AN_EVENT, entry, {})}
    if "Successful" in value and isinstance(value["Successful"], list):
        return {ref for answer in value["Successful"] for ref in refs_of_response(answer)}
    if isinstance(value.get("MessageId"), str) and not value.keys() & {"Body", "Message", "Type"}:
        return {ref for call in (A_MESSAGE, A_NOTIFICATION) for ref in call.refs(value, {})}
    return set()


def call_to(kind: Any, key: tuple[str, str], destination: str) -> Any:
    call = kind(Invocation(SETTINGS, "9f1c22ab03d40000", "5" * 32), key)
    call.destination = destination
    return call


AN_EVENT = call_to(PutEvents, ("events", "PutEvents"), "default")
A_MESSAGE = call_to(SendMessage, ("sqs", "SendMessage"), "https://sqs.eu-west-1.amazonaws.com/1/q.fifo")
A_NOTIFICATION = call_to(Publish, ("sns", "Publish"), "arn:aws:sns:eu-west-1:1:t.fifo")


def refs_of(value: Any) -> set[str]:  # noqa: PLR0911, C901  one line a shape
    """The refs of a value, if it is one of the things that the layer sees."""
    if not isinstance(value, dict):
        return set()
    if (
        "Records" in value
        and isinstance(value["Records"], list)
        and value["Records"]
        and "eventSource" in value["Records"][0]
    ):
        return read(value)
    if "detail-type" in value:
        return read(value)
    if "Body" in value and "MessageId" in value:
        return read(
            {
                "Records": [
                    {
                        "eventSource": "aws:sqs",
                        "messageId": value["MessageId"],
                        "body": value["Body"],
                        "attributes": value.get("Attributes", {}),
                    }
                ]
            }
        )
    if "Message" in value and "MessageId" in value:
        return read({"Records": [{"EventSource": "aws:sns", "Sns": value}]})
    if "body" in value and "messageId" in value:
        return read({"Records": [{"eventSource": "aws:sqs", **value}]})
    if "requestContext" in value and ("headers" in value or "condition" in value["requestContext"]):
        return read(value)
    if "headers" in value and "body" in value:
        return read({"requestContext": {}, "headers": value["headers"]}) | read_body(value["body"])
    if {name.lower() for name in value} & {"x-amz-sns-message-id"}:
        return read({"requestContext": {}, "headers": value})
    if set(value) & {"KinesisBatchInfo", "DDBStreamBatchInfo"}:
        return read({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": json.dumps(value)}]})
    return refs_of_response(value)


def read_body(body: Any) -> set[str]:
    """What came by HTTP, read as if it had come through a queue."""
    text = body if isinstance(body, str) else json.dumps(body)
    return read({"Records": [{"eventSource": "aws:sqs", "body": text}]})


def read(event: Any) -> set[str]:
    return {ref for message in messages_of(json.loads(json.dumps(event)), SETTINGS) for ref in message.refs}
