"""A Kinesis stream as we need it: the seam, the real one, and its fake.

StreamRecords        what is asked
├── KinesisRecords   boto3
└── MemoryRecords    a dictionary, for tests
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from botocore.exceptions import ClientError

from hopscope_collector.errors import NotASource
from hopscope_collector.sources.aws_client import client_of
from hopscope_collector.sources.aws_errors import code_of, in_our_words, is_missing

PAGE_RECORDS = 1_000
"""GetRecords gives at most 10 MB, whatever the number."""


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One record of a shard."""

    sequence: str
    arrived_ms: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What one request gave. An empty page of a shard that has more is normal: go on."""

    records: Sequence[StreamRecord]
    next_iterator: str | None
    """None when the shard was closed by a resharding and this was its last page."""

    behind_ms: int = 0
    """How much older than the newest record the end of this page is; 0 at the tip."""


class IteratorExpired(Exception):
    """It was not used for five minutes; ask for another one."""


class ShardGone(Exception):
    """All its records are older than the stream keeps them."""


class StreamRecords(Protocol):
    """One stream, its shards and their records.

    What may go well later (throttling, no connection) is raised as botocore raises it: `aws_errors.is_passing()`.
    """

    endpoint: str | None
    """Where it is when not at AWS. None at AWS."""

    def made_ms(self) -> int:
        """When the stream was made: another time is another stream of the same name.

        Raises:
            NotASource: there is no such stream.
        """
        ...

    def shards(self) -> Sequence[str]:
        """Ids of its shards, closed ones too."""
        ...

    def iterator(self, shard: str, after: str | None, from_ms: int) -> str:
        """Where reading begins: after a sequence number, or with what arrived at a time when there is none.

        Raises:
            ShardGone: there is no such shard any more.
        """
        ...

    def page(self, iterator: str) -> RecordPage:
        """The records from there on.

        Raises:
            IteratorExpired: it is too old.
        """
        ...


class KinesisRecords:
    """`StreamRecords` over boto3. AWS_ENDPOINT_URL and the other usual variables hold."""

    def __init__(self, stream: str) -> None:
        self._words = f"kinesis:{stream}"
        self._stream = {"StreamARN" if stream.startswith("arn:") else "StreamName": stream}
        self._client, self.endpoint = client_of("kinesis", self._words)

    def made_ms(self) -> int:
        """As in `StreamRecords`."""
        with in_our_words(self._words):
            try:
                found = self._client.describe_stream_summary(**self._stream)
            except ClientError as error:
                if is_missing(error):
                    raise NotASource(f"{self._words}: there is no such stream in this account and region") from error
                raise
        return int(found["StreamDescriptionSummary"]["StreamCreationTimestamp"].timestamp() * 1_000)

    def shards(self) -> Sequence[str]:
        """As in `StreamRecords`."""
        found: list[str] = []
        asked: dict[str, str] = dict(self._stream)
        with in_our_words(self._words):
            while True:
                answer = self._client.list_shards(**asked)
                found += [each["ShardId"] for each in answer["Shards"]]
                if not answer.get("NextToken"):
                    return found
                asked = {"NextToken": answer["NextToken"]}

    def iterator(self, shard: str, after: str | None, from_ms: int) -> str:
        """As in `StreamRecords`."""
        start = (
            {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}
            if after
            else {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": datetime.fromtimestamp(from_ms / 1_000, UTC)}
        )
        with in_our_words(self._words):
            try:
                answer = self._client.get_shard_iterator(**self._stream, ShardId=shard, **start)
            except ClientError as error:
                if is_missing(error):
                    raise ShardGone from error
                raise
        return str(answer["ShardIterator"])

    def page(self, iterator: str) -> RecordPage:
        """As in `StreamRecords`."""
        with in_our_words(self._words):
            try:
                answer = self._client.get_records(ShardIterator=iterator, Limit=PAGE_RECORDS)
            except ClientError as error:
                if code_of(error) == "ExpiredIteratorException":
                    raise IteratorExpired from error
                raise
        records = [
            StreamRecord(
                each["SequenceNumber"], int(each["ApproximateArrivalTimestamp"].timestamp() * 1_000), each["Data"]
            )
            for each in answer["Records"]
        ]
        return RecordPage(records, answer.get("NextShardIterator"), answer.get("MillisBehindLatest") or 0)


@dataclass(slots=True)
class MemoryRecords:
    """`StreamRecords` over a dictionary: pages of `page_size`, and an empty one before each."""

    by_shard: dict[str, list[StreamRecord]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    page_size: int = 3
    failures: list[Exception] = field(default_factory=list)
    """Raised one after the other, instead of giving a page."""

    made_at_ms: int = 1
    endpoint: str | None = "http://127.0.0.1:1"
    _iterators: dict[str, tuple[str, int, bool]] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def put(self, shard: str, payload: bytes, at_ms: int = 0) -> None:
        """Add a record to a shard, opening it when it is new."""
        records = self.by_shard.setdefault(shard, [])
        records.append(StreamRecord(f"{next(self._numbers):020d}", at_ms, payload))

    def made_ms(self) -> int:
        """As in `StreamRecords`."""
        return self.made_at_ms

    def shards(self) -> Sequence[str]:
        """As in `StreamRecords`."""
        return list(self.by_shard)

    def iterator(self, shard: str, after: str | None, from_ms: int) -> str:
        """As in `StreamRecords`."""
        if shard not in self.by_shard:
            raise ShardGone
        older = (each.sequence <= after if after else each.arrived_ms < from_ms for each in self.by_shard[shard])
        return self._made(shard, sum(older), is_empty=True)

    def page(self, iterator: str) -> RecordPage:
        """As in `StreamRecords`."""
        if self.failures:
            raise self.failures.pop(0)
        shard, at, is_empty = self._iterators[iterator]
        records = self.by_shard[shard]
        end = at if is_empty else at + self.page_size
        has_ended = shard in self.closed and end >= len(records)
        following = None if has_ended else self._made(shard, min(end, len(records)), is_empty=not is_empty)
        return RecordPage(records[at:end], following, behind_ms=max(0, len(records) - end))

    def _made(self, shard: str, at: int, *, is_empty: bool) -> str:
        name = f"iterator-{next(self._numbers)}"
        self._iterators[name] = (shard, at, is_empty)
        return name
