"""The table, as the store asks it (a rim: the one module here that calls DynamoDB).

    query       every item of a partition, page by page, as far as the caller goes
    several     every item of many partitions in one call, when they are small together
    get         items by key, a hundred a call; what DynamoDB left unprocessed is asked for again
    put, delete 25 a call; what was left unprocessed is sent again
    commit      up to a hundred changes at once, all or none, and once however often it is sent

Throttled, unavailable, in conflict with another writer: tried again after longer and longer random pauses, for
`PATIENCE_S`; then `StoreBusy`. Other errors come in our words at once.
"""

import functools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from hopscope_collector.errors import StoreBusy, StoreDenied, StoreError, StoreMissing
from hopscope_collector.sources.aws_errors import is_missing, is_passing
from hopscope_collector.store.connection import Waiting, unheard
from hopscope_collector.store.dynamodb.address import Address
from hopscope_collector.store.dynamodb.items import Item, key_of, keyed
from hopscope_collector.store.dynamodb.keys import Key

T = TypeVar("T")
NONE: Mapping[str, str] = {}

PUT_AT_ONCE, GOT_AT_ONCE, PARTITIONS_AT_ONCE = 25, 100, 50
"""What DynamoDB takes in one call."""

AT_ONCE = 16
"""Calls in flight."""

PATIENCE_S = 25.0
"""How long one call is tried again, calls that hang included; a Lambda function must have more time than this."""

REACHED_WITHIN_S = 5.0
"""How long a table that cannot be reached is tried: more likely the address is wrong than AWS gone."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 3.0
SAID_AFTER_S = 2.0

_IN_PROGRESS = "TransactionInProgressException"
_DENIED = frozenset({"AccessDeniedException", "UnrecognizedClientException", "ExpiredTokenException"})
_PASSING_REASONS = frozenset({"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class Table:
    """A table by its address. May be used from several threads."""

    def __init__(self, address: Address, waiting: Waiting = unheard) -> None:
        self.name = address.table
        self._where = address.endpoint or address.region or "the region of the environment"
        self._waiting = waiting
        with self._in_our_words():
            self.client: Any = boto3.Session(region_name=address.region).client(
                "dynamodb",
                endpoint_url=address.endpoint,
                config=Config(
                    retries={"total_max_attempts": 1},  # `_insist` tries again: it knows what can pass, and says so
                    connect_timeout=5,
                    read_timeout=20,
                    max_pool_connections=AT_ONCE,
                    user_agent_extra="hopscope",
                ),
            )
        self._pool = ThreadPoolExecutor(AT_ONCE, "dynamodb")

    def close(self) -> None:
        """Let go of threads and connections. Twice is once."""
        self._pool.shutdown()
        self.client.close()

    def each(self, work: Callable[[Any], T], given: Sequence[Any]) -> list[T]:
        """The work done for everything given, several at a time, in its order.

        When it raises, nothing of it goes on behind: a put that came after the next write's would take its item away.
        """
        if len(given) == 1:
            return [work(given[0])]
        doing = [self._pool.submit(work, each) for each in given]
        try:
            return [each.result() for each in doing]
        finally:
            for each in doing:
                each.cancel()
            wait(doing)

    def query(
        self,
        partition: str,
        condition: str = "",
        values: Mapping[str, str] = NONE,
        *,
        limit: int | None = None,
        oldest_first: bool = False,
    ) -> Iterator[Item]:
        """The items of a partition, greatest sort key first unless told otherwise.

        `condition` is about `sk`, and names `values` with colons. `limit` is the size of the first page; each next one
        is twice as large.
        """
        asked: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": f"pk = :pk{' AND ' if condition else ''}{condition}",
            "ExpressionAttributeValues": {":pk": {"S": partition}, **{f":{k}": {"S": v} for k, v in values.items()}},
            "ScanIndexForward": oldest_first,
            "ConsistentRead": True,
            **({"Limit": limit} if limit else {}),
        }
        return self._pages(self.client.query, asked)

    def several(self, partitions: Sequence[str]) -> list[Item] | None:
        """The items of up to fifty partitions, in any order. None when they are more than one answer holds (1 MB).

        A PartiQL statement that names partition keys looks at those partitions and nothing else.
        """
        marks = ", ".join("?" * len(partitions))
        ask = functools.partial(
            self.client.execute_statement,
            Statement=f'SELECT * FROM "{self.name}" WHERE "pk" IN [{marks}]',  # noqa: S608 - values are parameters
            Parameters=[{"S": each} for each in partitions],
            ConsistentRead=True,
        )
        answer = self._insist(ask)
        return None if answer.get("NextToken") else list(answer["Items"])

    def scan(self, condition: str, **values: int) -> Iterator[Item]:
        """The keys of every item of the table that fits: reads, and costs, the whole table."""
        numbers = {f":{name}": {"N": str(value)} for name, value in values.items()}
        asked = {
            "TableName": self.name,
            "FilterExpression": condition,
            "ExpressionAttributeValues": numbers,
            "ProjectionExpression": "pk, sk, parts, at_us",
        }
        return self._pages(self.client.scan, asked)

    def item(self, key: Key) -> Item | None:
        """One item."""
        asked = functools.partial(self.client.get_item, TableName=self.name, Key=keyed(key), ConsistentRead=True)
        found: Item | None = self._insist(asked).get("Item")
        return found

    def get(self, wanted: Sequence[Key]) -> dict[Key, Item]:
        """Those of the items that are there: their keys, and which write brought them."""
        parts = [wanted[start : start + GOT_AT_ONCE] for start in range(0, len(wanted), GOT_AT_ONCE)]
        return {key_of(item): item for items in self.each(self._get, parts) for item in items} if wanted else {}

    def put(self, items: Sequence[Item]) -> None:
        """Write items; one of the same key is replaced. No two of them may have the same key."""
        self._write([{"PutRequest": {"Item": item}} for item in items])

    def delete(self, gone: Sequence[Key]) -> None:
        """Remove items; those that are not there are none the worse."""
        self._write([{"DeleteRequest": {"Key": keyed(key)}} for key in gone])

    def add(self, key: Key, attribute: str, number: int) -> int:
        """Add to a number of an item, which is made when it is not there; the sum."""
        answer = self._insist(
            lambda: self.client.update_item(
                TableName=self.name,
                Key=keyed(key),
                UpdateExpression=f"ADD {attribute} :more",
                ExpressionAttributeValues={":more": {"N": str(number)}},
                ReturnValues="UPDATED_NEW",
            )
        )
        return int(answer["Attributes"][attribute]["N"])

    def commit(self, changes: Sequence[dict[str, Any]], token: str) -> None:
        """Do all of it, or nothing; once, however often it is sent under the token."""
        named = [{kind: {"TableName": self.name, **what} for kind, what in each.items()} for each in changes]
        self._insist(lambda: self.client.transact_write_items(TransactItems=named, ClientRequestToken=token))

    def _pages(self, call: Callable[..., Any], asked: dict[str, Any]) -> Iterator[Item]:
        while True:
            page = self._insist(functools.partial(call, **asked))
            yield from page["Items"]
            if not page.get("LastEvaluatedKey"):
                return
            asked = {**asked, "ExclusiveStartKey": page["LastEvaluatedKey"]}
            if "Limit" in asked:
                asked["Limit"] *= 2  # who goes on reading reads much: a trace of ten thousand records, a long list

    def _get(self, wanted: Sequence[Key]) -> list[Item]:
        found: list[Item] = []

        def ask(asked: list[Item]) -> list[Item]:
            some = {"Keys": asked, "ConsistentRead": True, "ProjectionExpression": "pk, sk, w"}
            answer = self.client.batch_get_item(RequestItems={self.name: some})
            found.extend(answer["Responses"].get(self.name, ()))
            return list(answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", ()))

        self._until_all_done(ask, [keyed(each) for each in wanted])
        return found

    def _write(self, requests: Sequence[dict[str, Any]]) -> None:
        def ask(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
            answer = self.client.batch_write_item(RequestItems={self.name: asked})
            return list(answer.get("UnprocessedItems", {}).get(self.name, ()))

        parts = [list(requests[start : start + PUT_AT_ONCE]) for start in range(0, len(requests), PUT_AT_ONCE)]
        if parts:
            self.each(lambda part: self._until_all_done(ask, part), parts)

    def _until_all_done(self, ask: Callable[[list[Any]], list[Any]], asked: list[Any]) -> None:
        """Ask for what was left undone until nothing is."""
        left = asked

        def once() -> bool:
            nonlocal left
            left = ask(left)
            return not left

        self._insist(once, is_done=bool)

    def _insist(self, ask: Callable[[], T], *, is_done: Callable[[T], bool] = lambda _: True) -> T:
        """The answer, once DynamoDB has time for it.

        Raises:
            StoreBusy: it had none for `PATIENCE_S`.
            StoreError: it says no.
        """
        began_s, said, pause_s = time.monotonic(), "items were left unprocessed", FIRST_PAUSE_S
        is_reached, is_said = True, False
        while True:
            with self._in_our_words():
                try:
                    answer = ask()
                except (ClientError, BotoCoreError) as error:
                    if not _may_pass(error):
                        raise
                    said, is_reached = str(error), isinstance(error, ClientError)
                else:
                    if is_done(answer):
                        return answer
            waited_s = time.monotonic() - began_s
            if not is_reached and waited_s >= REACHED_WITHIN_S:
                raise StoreError(f"table {self.name} cannot be reached: {said}; check the region and the network")
            if waited_s >= PATIENCE_S:
                raise StoreBusy(f"table {self.name} had no capacity for {waited_s:.0f} s ({said}); try again later")
            if not is_said and waited_s >= SAID_AFTER_S:
                self._waiting(f"table {self.name} throttles; waiting")
                is_said = True
            time.sleep(pause_s * (0.5 + random.random() / 2))  # noqa: S311 - so that writers do not come back together
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except NoRegionError as error:
            raise StoreError("no AWS region is set; say dynamodb://TABLE?region=…, or set AWS_REGION") from error
        except NoCredentialsError as error:
            raise StoreDenied("no AWS credentials; log in, or set AWS_PROFILE") from error
        except ClientError as error:
            raise self._said(error) from error
        except BotoCoreError as error:
            raise StoreError(f"table {self.name} cannot be asked: {error}") from error

    def _said(self, error: ClientError) -> StoreError:
        found = error.response.get("Error", {})
        if is_missing(error):
            return StoreMissing(
                f"no table {self.name} in {self._where}; make it with `serverless deploy` at Hopscope's root, "
                "or name another one"
            )
        kind = StoreDenied if found.get("Code") in _DENIED else StoreError
        return kind(f"table {self.name}: {error.operation_name}: {found.get('Code')}: {found.get('Message')}")


def _may_pass(error: ClientError | BotoCoreError) -> bool:
    """Whether the same call may go well later."""
    code = error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None
    if isinstance(error, ClientError) and code == "TransactionCanceledException":
        reasons = error.response.get("CancellationReasons", ())
        return all(str(each.get("Code")) in _PASSING_REASONS for each in reasons)
    return code == _IN_PROGRESS or is_passing(error)
