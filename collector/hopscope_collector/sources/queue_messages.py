"""An SQS queue as we need it: the seam, the real one, and its fake.

QueueMessages        what is asked
├── SqsMessages      boto3
└── MemoryMessages   a list, for tests
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from botocore.exceptions import ClientError

from hopscope_collector.errors import NotASource
from hopscope_collector.sources.aws_client import client_of
from hopscope_collector.sources.aws_errors import code_of, in_our_words

_BATCH = 10
"""Messages that SQS takes or gives in one request."""

_MISSING = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "InvalidAddress"})


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """One delivery of one message."""

    id: str
    receipt: str
    """What this delivery is deleted by."""

    sent_ms: int
    body: str


class QueueMessages(Protocol):
    """One queue.

    What may go well later (throttling, no connection) is raised as botocore raises it: `aws_errors.is_passing()`.
    """

    endpoint: str | None
    """Where it is when not at AWS. None at AWS."""

    def receive(self, wait_s: int) -> Sequence[QueueMessage]:
        """Up to ten messages, as soon as there are any; none after so long.

        Raises:
            NotASource: there is no such queue.
        """
        ...

    def delete(self, receipts: Sequence[str]) -> Sequence[str]:
        """Take deliveries off the queue; the receipts that the queue did not take off."""
        ...


class SqsMessages:
    """`QueueMessages` over boto3. AWS_ENDPOINT_URL and the other usual variables hold."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._words = f"sqs:{url}"
        self._client, self.endpoint = client_of("sqs", self._words)

    def receive(self, wait_s: int) -> Sequence[QueueMessage]:
        """As in `QueueMessages`."""
        with in_our_words(self._words):
            try:
                answer = self._client.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=_BATCH,
                    WaitTimeSeconds=wait_s,
                    MessageSystemAttributeNames=["SentTimestamp"],
                )
            except ClientError as error:
                if code_of(error) in _MISSING:
                    raise NotASource(f"{self._words}: there is no such queue in this account and region") from error
                raise
        return [
            QueueMessage(
                each["MessageId"],
                each["ReceiptHandle"],
                int(each.get("Attributes", {}).get("SentTimestamp", 0)),
                each["Body"],
            )
            for each in answer.get("Messages", ())
        ]

    def delete(self, receipts: Sequence[str]) -> Sequence[str]:
        """As in `QueueMessages`."""
        left: list[str] = []
        for first in range(0, len(receipts), _BATCH):
            some = receipts[first : first + _BATCH]
            entries = [{"Id": str(index), "ReceiptHandle": receipt} for index, receipt in enumerate(some)]
            with in_our_words(self._words):
                answer = self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
            left += [some[int(each["Id"])] for each in answer.get("Failed", ())]
        return left


@dataclass(slots=True)
class MemoryMessages:
    """`QueueMessages` over a list. Received messages are hidden until `show_again()`."""

    waiting: list[QueueMessage] = field(default_factory=list)
    hidden: list[QueueMessage] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    """Raised one after the other, by whatever is asked next."""

    not_deleted: set[str] = field(default_factory=set)
    """Receipts that the queue says it could not delete."""

    endpoint: str | None = "http://127.0.0.1:1"

    def put(self, *bodies: str) -> None:
        """Add messages."""
        for body in bodies:
            number = len(self.waiting) + len(self.hidden)
            self.waiting.append(QueueMessage(f"message-{number}", f"receipt-{number}", number, body))

    def show_again(self) -> None:
        """What happens when messages were not deleted in time."""
        self.waiting += self.hidden
        self.hidden = []

    def receive(self, wait_s: int) -> Sequence[QueueMessage]:  # noqa: ARG002 - nothing comes while it would wait
        """As in `QueueMessages`."""
        if self.failures:
            raise self.failures.pop(0)
        given, self.waiting = self.waiting[:_BATCH], self.waiting[_BATCH:]
        self.hidden += given
        return given

    def delete(self, receipts: Sequence[str]) -> Sequence[str]:
        """As in `QueueMessages`."""
        if self.failures:
            raise self.failures.pop(0)
        gone = set(receipts) - self.not_deleted
        self.hidden = [each for each in self.hidden if each.receipt not in gone]
        return [each for each in receipts if each in self.not_deleted]
