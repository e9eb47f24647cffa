"""Where a Lambda function puts records that cannot be read: the seam, the real one, and its fake.

DeadLetters             what is asked
├── SqsDeadLetters      a queue
└── MemoryDeadLetters   a list, for tests
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import boto3

MOST_BYTES = 1 << 20
"""SQS takes so much; a letter that is larger goes without its content, and is found by its id."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that cannot be read."""

    source: str
    id: str
    """Shard and sequence number, or message id."""

    reason: str
    content: str
    """As it came: base64, or the body."""


class DeadLetters(Protocol):
    """Where poison goes."""

    def take(self, letter: DeadLetter) -> None:
        """Keep it; raises when it could not be kept."""
        ...


class SqsDeadLetters:
    """`DeadLetters` in a queue: one JSON object a message."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = boto3.client("sqs")

    def take(self, letter: DeadLetter) -> None:
        """As in `DeadLetters`."""
        self._client.send_message(QueueUrl=self._url, MessageBody=body_of(letter))


def body_of(letter: DeadLetter) -> str:
    """The letter as JSON, in ASCII: a byte a character."""
    said = asdict(letter)
    whole = json.dumps(said)
    return whole if len(whole) <= MOST_BYTES else json.dumps({**said, "content": None})


@dataclass(slots=True)
class MemoryDeadLetters:
    """`DeadLetters` in a list, for tests."""

    letters: list[DeadLetter] = field(default_factory=list)

    def take(self, letter: DeadLetter) -> None:
        """As in `DeadLetters`."""
        self.letters.append(letter)
