"""Starts MiniStack, put right where it would hide what Hopscope shows; a script for the emulator's environment.

MiniStack 1.5.33 differs from AWS in things that matter here (and, once something has failed, in those of
second_tries.py; about log subscriptions, in those of subscriptions.py):

* It takes a function's output for complete when nothing arrived for 5 ms, so on a busy machine the last lines of
  an invocation appear in the next one's log or nowhere. Here a Python worker says when it has written everything
  (`MARK`), and MiniStack waits for that.
* SNS delivers binary message attributes without their value.
* A function that is polled from a dead-letter queue is not told which queue gave up.
* The X-Ray header of a request to SQS or SNS does not reach the consumer of the queue.
* The log of a function that timed out or whose process ended does not name the invocation.
* The history of an execution does not tell what a task was given, nor the request ids of the functions it invoked.

Everything else it does differently is listed in the stage's README.
"""

import importlib
import json
import queue
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

MARK = "\x1ehopscope-stage: that was all"
"""The end of a worker's output; no handler prints this."""

DIES_WITHIN_S = 0.05
"""How long a worker that died may take to be noticed: it has said all it can."""

TRACE_HEADER = "AWSTraceHeader"
"""The attribute by which SQS hands on X-Ray's header."""

GIVEN_UP_BY = "DeadLetterQueueSourceArn"
"""The attribute by which SQS names the queue that a dead letter comes from."""

SIGNALS = {6: "aborted", 9: "killed", 11: "segmentation fault", 15: "terminated"}
"""As Lambda, which is written in Go, calls them."""

ANSWER = '_real_stdout.write(json.dumps({{"status": "{}"'


def say_when_done(script: str) -> str:
    """The worker's script, marking the end of its output before each answer.

    Raises:
        ValueError: this is not the script we know.
    """
    start, loop, invocations = script.partition("while True:")
    for status in ("ok", "error"):
        answer = ANSWER.format(status)
        if invocations.count(answer) != 1:
            raise ValueError("MiniStack's worker script is not the one of 1.5.33")
        invocations = invocations.replace(answer, f"sys.__stderr__.write({MARK + chr(10)!r}); {answer}")
    return start + loop + invocations


def output_of(lines: "queue.Queue[str]", is_alive: Callable[[], bool]) -> str:
    """Everything up to the mark, or up to the worker's death."""
    kept: list[str] = []
    while True:
        try:
            line = lines.get(timeout=DIES_WITHIN_S)
        except queue.Empty:
            if is_alive():
                continue
            return "\n".join(kept)
        text, mark, _ = line.partition(MARK)
        if text or not mark:
            kept.append(text)
        if mark:
            return "\n".join(kept)


def write_whole_logs(runtime: Any) -> None:
    """Make the workers for Python say when they are done, and wait for it."""
    runtime._PYTHON_WORKER_SCRIPT = say_when_done(runtime._PYTHON_WORKER_SCRIPT)
    unmarked = runtime.Worker._drain_stderr_bounded

    def drain(worker: Any, *arguments: float, **options: float) -> str:
        is_marked = type(worker) is runtime.Worker and worker.config.get("Runtime", "").startswith("python")
        if is_marked:
            return output_of(worker._stderr_queue, worker._stderr_thread.is_alive)
        return str(unmarked(worker, *arguments, **options))

    runtime.Worker._drain_stderr_bounded = drain


def log_how_it_ended(runtime: Any) -> None:
    """Write the lines by which Lambda says that an invocation timed out, or that its process ended."""
    invoke, collect = runtime.Worker.invoke, runtime._collect
    exits = threading.local()

    def collect_and_remember(process: Any, deadline_s: float) -> None:
        collect(process, deadline_s)
        exits.code = process.returncode if process else None

    def invoke_and_tell(worker: Any, event: Any, request_id: str, **options: Any) -> Any:
        response = invoke(worker, event, request_id, **options)
        lines = ending(request_id, response.get("error", ""), getattr(exits, "code", None))
        if lines:
            # MiniStack appends the trace, or else the bare error, to the log.
            response |= {"log": "\n".join(filter(None, [response.get("log"), *lines])), "trace": ""}
        return response

    runtime._collect, runtime.Worker.invoke = collect_and_remember, invoke_and_tell


def ending(request_id: str, error: str, exit_code: int | None) -> list[str]:
    """What Lambda's log says beside the function's own lines; nothing when the handler returned or raised."""
    if error.startswith("Task timed out"):
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        return [f"{now}Z {request_id} {error}"]
    if error == "Worker process died":
        code = exit_code or 0
        how = f"signal: {SIGNALS.get(-code, -code)}" if code < 0 else f"exit status {code}"
        return [f"RequestId: {request_id} Error: Runtime exited with error: {how}", "Runtime.ExitError"]
    return []


def deliver_binary_attributes(sns: Any) -> None:
    """Let a notification carry the base64 text of binary attributes, as on AWS."""
    build_envelope = sns._build_envelope

    def build(*content: Any) -> str:
        topic, message_id, message, subject, attributes, is_raw = content
        texts = {
            name: {**attribute, "StringValue": attribute["BinaryValue"]} if "BinaryValue" in attribute else attribute
            for name, attribute in (attributes or {}).items()
        }
        return str(build_envelope(topic, message_id, message, subject, texts, is_raw))

    sns._build_envelope = build


def tell_who_gave_up(lambda_service: Any) -> None:
    """Let a dead letter name the queue it comes from, as on AWS."""
    dispatch = lambda_service._dispatch_esm_batch

    def dispatch_with_source(*batch: Any) -> None:
        _, _, _, _, event, messages, *_ = batch
        given_up_by = {message["id"]: message.get("sys", {}).get(GIVEN_UP_BY) for message in messages}
        for record in event["Records"]:
            if source := given_up_by.get(record["messageId"]):
                record["attributes"][GIVEN_UP_BY] = source
        dispatch(*batch)

    lambda_service._dispatch_esm_batch = dispatch_with_source


def hand_on_trace_headers(sqs: Any, sns: Any) -> None:
    """Let a message carry the X-Ray header of the request that sent or published it, as on AWS."""
    sent_with: ContextVar[str] = ContextVar("sent_with", default="")
    published_with: ContextVar[str] = ContextVar("published_with", default="")
    sqs.handle_request = remembering(sqs.handle_request, sent_with)
    sns.handle_request = remembering(sns.handle_request, published_with)
    build, complete = sqs._build_send_sys_attrs, sqs._ensure_msg_fields

    def build_with_header(now_s: float, given: Any) -> Any:
        attributes = build(now_s, given)
        return {TRACE_HEADER: sent_with.get(), **attributes} if sent_with.get() else attributes

    def complete_with_header(message: Any) -> None:
        complete(message)
        if published_with.get():
            message.setdefault("sys", {}).setdefault(TRACE_HEADER, published_with.get())

    sqs._build_send_sys_attrs, sqs._ensure_msg_fields = build_with_header, complete_with_header


def remembering(handle: Callable[..., Awaitable[Any]], header: ContextVar[str]) -> Callable[..., Awaitable[Any]]:
    """The same request handler, which keeps the request's X-Ray header for those whom it calls."""

    async def handle_request(method: str, path: str, headers: Mapping[str, str], *others: Any) -> Any:
        header.set(headers.get("x-amzn-trace-id", ""))
        return await handle(method, path, headers, *others)

    return handle_request


def tell_parameters(step_functions: Any) -> None:
    """Let histories hold what a task was given, as on AWS."""
    scheduled: ContextVar[dict[str, Any] | None] = ContextVar("scheduled", default=None)
    add_event = step_functions._add_event

    def add_and_remember(execution: Any, event_type: str, details: Any = None) -> Any:
        event = add_event(execution, event_type, details)
        if event_type == "TaskScheduled":
            scheduled.set(event["taskScheduledEventDetails"])
        return event

    def noting(invoke: Callable[..., Any]) -> Callable[..., Any]:
        def invoke_and_note(resource: str, given: Any, *others: Any) -> Any:
            details = scheduled.get()
            if details is not None:
                details["parameters"] = json.dumps(given)
            return invoke(resource, given, *others)

        return invoke_and_note

    step_functions._add_event = add_and_remember
    step_functions._invoke_resource = noting(step_functions._invoke_resource)
    step_functions._invoke_with_callback = noting(step_functions._invoke_with_callback)


def tell_request_ids(step_functions: Any, lambda_service: Any) -> None:
    """Let the answer of `lambda:invoke`, and the error of a function, hold the invocation's request id, as on AWS."""
    invoked: ContextVar[list[str] | None] = ContextVar("invoked", default=None)
    dispatch, call = lambda_service._execute_function_dispatch, step_functions._call_lambda
    invoke = step_functions._invoke_resource

    def dispatch_and_remember(*invocation: Any) -> Any:
        _, _, _, request_id, _ = invocation
        if (request_ids := invoked.get()) is not None:
            request_ids.append(request_id)
        return dispatch(*invocation)

    def call_and_tell(function: str, event: Any) -> Any:
        request_ids: list[str] = []
        invoked.set(request_ids)  # the invocation runs in a copy of the context, which shares the list
        try:
            return call(function, event)
        except step_functions._ExecutionError as error:
            error.cause = with_request_id(error.cause, "".join(request_ids))
            raise

    def invoke_and_tell(resource: str, given: Any) -> Any:
        answer = invoke(resource, given)
        request_ids = invoked.get()
        if "states:::lambda:invoke" not in resource or not request_ids:
            return answer
        return {**answer, "SdkResponseMetadata": {"RequestId": request_ids[0]}}

    lambda_service._execute_function_dispatch = dispatch_and_remember
    step_functions._call_lambda, step_functions._invoke_resource = call_and_tell, invoke_and_tell


def with_request_id(cause: str, request_id: str) -> str:
    """A function's error as Lambda's runtime for Python reports it; any other cause as it is."""
    try:
        error = json.loads(cause)
    except ValueError:
        return cause
    is_error = isinstance(error, dict) and "errorType" in error
    return json.dumps({"requestId": request_id, **error}) if is_error and request_id else cause


if __name__ == "__main__":
    lambda_runtime = importlib.import_module("ministack.core.lambda_runtime")
    write_whole_logs(lambda_runtime)
    log_how_it_ended(lambda_runtime)
    sns = importlib.import_module("ministack.services.sns")
    deliver_binary_attributes(sns)
    sqs = importlib.import_module("ministack.services.sqs")
    hand_on_trace_headers(sqs, sns)
    lambda_service = importlib.import_module("ministack.services.lambda_svc")
    tell_who_gave_up(lambda_service)
    step_functions = importlib.import_module("ministack.services.stepfunctions")
    tell_parameters(step_functions)
    tell_request_ids(step_functions, lambda_service)
    second_tries = importlib.import_module("second_tries")
    second_tries.invoke_asynchronously(lambda_service, sns, importlib.import_module("ministack.services.eventbridge"))
    second_tries.keep_request_ids(lambda_service, sqs, sns)
    second_tries.bisect_batches(lambda_service, importlib.import_module("ministack.services.kinesis"))
    second_tries.redrive_dead_letters(sqs, sqs.esm_wake.set)
    subscriptions = importlib.import_module("subscriptions")
    logs = importlib.import_module("ministack.services.cloudwatch_logs")
    subscriptions.deliver_to_streams(logs, importlib.import_module("ministack.services.kinesis"))
    subscriptions.provision_destinations(logs)
    sys.exit(importlib.import_module("ministack.app").main())
