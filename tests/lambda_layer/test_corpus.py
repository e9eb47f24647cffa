"""The recorded events of AWS, read by the layer."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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


@pytest.mark.parametrize("path", CHAINS, ids=lambda path: path.stem[:60])
def test_both_ends_of_a_recorded_link_have_the_same_ref(path: Path) -> None:
    """Wherever a Lambda event, an SQS message or the response of a send stands at an end of the link."""
    chain = json.loads(path.read_text())

    for link in chain["links"]:
        ends = [
            refs for occurrence in link["occurrences"] if (refs := refs_at(chain["content"], occurrence)) is not None
        ]
        ends = [found for refs in ends if (found := {ref for ref in refs if link["value"] in ref})]
        if len(ends) > 1 and not link["value"].startswith("Root="):
            assert set.intersection(*ends), (link["value"], link["occurrences"], ends)


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
    return found or None


def refs_of(value: Any) -> set[str]:  # noqa: PLR0911  one line a shape
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
    if set(value) & {"KinesisBatchInfo", "DDBStreamBatchInfo"}:
        return read({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": json.dumps(value)}]})
    return set()


def read(event: Any) -> set[str]:
    return {ref for message in messages_of(json.loads(json.dumps(event)), SETTINGS) for ref in message.refs}
