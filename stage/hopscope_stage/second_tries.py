"""What MiniStack 1.5.33 does otherwise than AWS once something has failed, put right; bootstrap.py uses it.

* The attempts of an asynchronous invocation have request ids of their own; on AWS they share one.
* EventBridge and SNS invoke a function once; on AWS they invoke it asynchronously, which means three attempts.
* The record of a failed asynchronous invocation does not say which invocation failed.
* The answer of `Invoke` names a request that is not the invocation.
* A batch of a stream whose function fails is tried as a whole for ever.
* SQS has no `StartMessageMoveTask`: dead letters cannot be redriven.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

GIVEN_UP_BY = "DeadLetterQueueSourceArn"
REQUEST_ID = "x-amzn-requestid"


def keep_request_ids(lambda_service: Any, sqs: Any, sns: Any) -> None:
    """Let all attempts at one event have one request id, and let those who asked for it know that id."""
    of_event: ContextVar[list[str] | None] = ContextVar("of_event", default=None)
    retry, dispatch = lambda_service.invoke_async_with_retry, lambda_service._execute_function_dispatch
    invoke = lambda_service._invoke

    def invoke_under_one_id(function: Any, event: Any) -> None:
        token = of_event.set([])  # the attempts run in a copy of this context, which shares the list
        try:
            retry(function, event)
        finally:
            of_event.reset(token)

    def dispatch_under_that_id(*invocation: Any) -> Any:
        function, config, event, request_id, started_s = invocation
        known = of_event.get()
        if known is not None:
            known.append(request_id)
            request_id = known[0]
        return dispatch(function, config, event, request_id, started_s)

    def report_failure(target_arn: str, function: str, event: Any, result: Mapping[str, Any]) -> None:
        attempts = of_event.get() or [""]
        arn = lambda_service._functions.get(function, {}).get("config", {}).get("FunctionArn", function)
        record = failure_record((attempts[0], len(attempts), arn), event, result)
        _, _, service, *_ = target_arn.split(":")
        if service == "sqs":
            url = sqs._queue_by_arn(target_arn)["url"]
            sqs._act_send_message({"QueueUrl": url, "MessageBody": record}, url)
        elif service == "sns":
            sns._fanout(target_arn, str(uuid.uuid4()), record, "", "", {})
        else:
            asynchronously(lambda_service, target_arn, json.loads(record))

    async def invoke_and_tell(*invocation: Any, **options: Any) -> Any:
        token = of_event.set([])
        try:
            status, headers, body = await invoke(*invocation, **options)
            request_ids = of_event.get()
            return status, HeadersOfOne(headers, request_ids[0]) if request_ids else headers, body
        finally:
            of_event.reset(token)

    lambda_service.invoke_async_with_retry = invoke_under_one_id
    lambda_service._execute_function_dispatch = dispatch_under_that_id
    lambda_service._route_async_failure = report_failure
    lambda_service._invoke = invoke_and_tell


class HeadersOfOne(dict[str, str]):
    """Headers of a response whose request id stays, whatever MiniStack's gateway adds."""

    def __init__(self, headers: Mapping[str, str], request_id: str) -> None:
        super().__init__({**headers, REQUEST_ID: request_id})

    def update(self, *others: Any, **more: Any) -> None:
        """As in `dict`, but for the request id."""
        request_id = self[REQUEST_ID]
        super().update(*others, **more)
        self[REQUEST_ID] = request_id


def failure_record(invocation: tuple[str, int, str], event: Any, result: Mapping[str, Any]) -> str:
    """What Lambda hands to the on-failure destination of an invocation: its request id, attempts and function."""
    request_id, attempts, function_arn = invocation
    record = {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{function_arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": result.get("function_error") or "Unhandled",
        },
        "responsePayload": result.get("body"),
    }
    return json.dumps(record)


def asynchronously(lambda_service: Any, function_arn: str, event: Any) -> None:
    """Invoke a function by its ARN, as other services do."""
    function, config, _ = lambda_service._get_func_record_for_ref(function_arn)
    if function and config:
        lambda_service.invoke_async_with_retry(lambda_service._execution_record_for_config(function, config), event)


class Asynchronously:
    """Lambda as SNS and EventBridge call it: every invocation is asynchronous."""

    def __init__(self, lambda_service: Any) -> None:
        self._lambda = lambda_service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lambda, name)

    def _execute_function_with_config_scope(self, function: Any, event: Any) -> None:
        self._lambda.invoke_async_with_retry(function, event)


def invoke_asynchronously(lambda_service: Any, sns: Any, events: Any) -> None:
    """Let SNS and EventBridge invoke functions as on AWS, with two retries."""
    sns._lambda_svc = Asynchronously(lambda_service)
    events._dispatch_to_lambda = lambda arn, payload: asynchronously(lambda_service, arn, json.loads(payload))


def bisect_batches(lambda_service: Any, kinesis: Any) -> None:
    """Let mappings that ask for it cut a failing batch in two, and give up a record that failed often enough.

    Of streams with one shard, such as those of the stage.
    """
    poll = lambda_service._poll_kinesis
    batches: dict[str, FailingBatch] = {}

    def poll_piece_by_piece() -> Any:
        polled = []
        for account, region, mapping in lambda_service._iter_all_esms():
            if mapping.get("BisectBatchOnFunctionError") and ":kinesis:" in mapping.get("EventSourceArn", ""):
                positions = lambda_service._kinesis_positions.get(mapping["UUID"], {})
                stream = kinesis._streams.get_scoped(account, region, mapping["EventSourceArn"].rpartition("/")[2])
                if len(positions) == 1 and stream:
                    batch = batches.setdefault(mapping["UUID"], FailingBatch(mapping["BatchSize"]))
                    polled.append((mapping, positions, batch))
                    (shard,) = positions
                    batch.begin(mapping, positions[shard], len(stream["shards"][shard]["records"]))
        moved = poll()
        for mapping, positions, batch in polled:
            if batch.failed(mapping):
                lambda_service._esm_backoff_until.pop(mapping["UUID"], None)
                (shard,) = positions
                positions[shard] = batch.give_up_or_cut(mapping, positions[shard])
        return moved

    lambda_service._poll_kinesis = poll_piece_by_piece


class FailingBatch:
    """Where a mapping's failing batch was cut, and how often the piece at its front has failed."""

    def __init__(self, batch_size: int) -> None:
        self._batch_size = batch_size
        self._ends: list[int] = []
        """Positions where pieces end, the nearest last."""

        self._tries = 0

    def begin(self, mapping: dict[str, Any], at: int, there: int) -> None:
        """Before a poll: ask for the piece at the front, and nothing more."""
        while self._ends and at >= self._ends[-1]:
            self._ends.pop()
            self._tries = 0
        end = self._ends[-1] if self._ends else min(there, at + self._batch_size)
        mapping["BatchSize"] = max(1, end - at)
        mapping.pop("LastProcessingResult", None)

    def failed(self, mapping: Mapping[str, Any]) -> bool:
        """After a poll: whether the piece was tried, and failed."""
        return mapping.get("LastProcessingResult") == "FAILED"

    def give_up_or_cut(self, mapping: Mapping[str, Any], at: int) -> int:
        """Where the next poll begins: behind a record that failed too often, else where it stood, with half as many."""
        size = mapping["BatchSize"]
        if not self._ends:
            self._ends = [at + size]
        if size > 1:
            self._ends.append(at + size // 2)
            return at
        self._tries += 1
        most = mapping.get("MaximumRetryAttempts", -1)
        return at + 1 if 0 <= most < self._tries else at


def redrive_dead_letters(sqs: Any, wake: Callable[[], None]) -> None:
    """Let dead letters be moved back: with new message ids and their attributes, as on AWS."""

    def start_message_move_task(asked: Mapping[str, Any], _url: str) -> dict[str, str]:
        source = sqs._queue_by_arn(asked["SourceArn"])
        if source is None:
            raise sqs._Err("ResourceNotFoundException", f"there is no queue {asked['SourceArn']}")
        with sqs._queues_lock:
            letters, source["messages"] = source["messages"], []
            for letter in letters:
                target = sqs._queue_by_arn(asked.get("DestinationArn") or letter["sys"][GIVEN_UP_BY])
                target["messages"].append(moved_back(letter, time.time()))
        wake()
        return {"TaskHandle": str(uuid.uuid4())}

    sqs._HANDLERS["StartMessageMoveTask"] = start_message_move_task


def moved_back(letter: Mapping[str, Any], now_s: float) -> dict[str, Any]:
    """The dead letter as a new message."""
    kept = {name: value for name, value in letter["sys"].items() if name != GIVEN_UP_BY}
    return {
        **letter,
        "id": str(uuid.uuid4()),
        "sys": {**kept, "SentTimestamp": str(int(now_s * 1000))},
        "sent_at": now_s,
        "visible_at": now_s,
        "receive_count": 0,
        "first_receive_at": None,
        "receipt_handle": None,
    }
