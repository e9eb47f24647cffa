"""An SQS queue that holds record lines or a subscription's payloads.

    receive ──▶ hand over ──▶ (the store acknowledges) ──▶ delete

A message is deleted only when its lines are durable; one that was not deleted in time, or could not be, comes again
and is a repeat. So the queue itself is the position. A message whose content is refused is deleted as well: its
reason is stored and counted.
"""

from collections.abc import Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from hopscope_collector.errors import SourceFailed
from hopscope_collector.shape.times import date_and_clock
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.patience import Patience
from hopscope_collector.sources.payload import texts_of_body
from hopscope_collector.sources.queue_messages import QueueMessage, QueueMessages

WAIT_S = 2
"""How long a request waits for messages: what stopping may take. SQS allows 20."""

LEFT_IN_A_ROW = 10
"""Batches in a row of which nothing could be deleted, before a source gives up: it would read the same for ever."""


class SqsSource:
    """The lines in the messages of one queue."""

    def __init__(self, url: str, queue: QueueMessages, *, is_followed: bool) -> None:
        self.name = f"sqs:{url}"
        self._queue = queue
        self._is_followed = is_followed
        self._patience = Patience(self.name, first_pause_s=0.05 if queue.endpoint else 1.0, is_followed=is_followed)
        self._has_failed = False
        self._left_in_a_row = 0

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:  # noqa: ARG002 - the queue is the position
        """As in `Source`."""
        while not stop.is_set and not self._has_failed:
            messages = yield from self._patience.ask(lambda: self._queue.receive(WAIT_S), stop)
            if messages:
                yield self._lines(messages)
                continue
            yield Lines(is_idle=True)
            if not self._is_followed:
                return

    def _lines(self, messages: Sequence[QueueMessage]) -> Lines:
        texts, places, at_us = [], [], []
        for message in messages:
            for text in texts_of_body(message.body):
                texts.append(text)
                places.append(f"message {message.id}")
                at_us.append(message.sent_ms * 1_000)
        receipts = [each.receipt for each in messages]
        reached = f"sent up to {date_and_clock(max(each.sent_ms for each in messages) * 1_000)} UTC"
        return Lines(texts, places=places, at_us=at_us, stored=lambda: self._delete(receipts), reached=reached)

    def _delete(self, receipts: Sequence[str]) -> None:
        """Take what is durable off the queue.

        What the queue does not take off comes again, and is found to be a repeat.

        Raises:
            SourceFailed: deleting is not allowed, or failed again and again.
        """
        try:
            left = self._queue.delete(receipts)
        except (ClientError, BotoCoreError):
            left = receipts
        except SourceFailed:
            self._has_failed = True
            raise
        self._left_in_a_row = self._left_in_a_row + 1 if len(left) == len(receipts) else 0
        if self._left_in_a_row == LEFT_IN_A_ROW and not self._has_failed:
            self._has_failed = True
            raise SourceFailed(f"{self.name}: {LEFT_IN_A_ROW} batches in a row could not be deleted; they come again")
