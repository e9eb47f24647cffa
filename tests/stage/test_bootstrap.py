"""What the emulator is put right with, without the emulator."""

import json
import queue
from types import SimpleNamespace

import pytest

from hopscope_stage.bootstrap import (
    GIVEN_UP_BY,
    MARK,
    deliver_binary_attributes,
    output_of,
    say_when_done,
    tell_parameters,
    tell_request_ids,
    tell_who_gave_up,
    with_request_id,
)

SCRIPT = """
_real_stdout.write(json.dumps({"status": "error", "error": "init"}))
while True:
    try:
        _real_stdout.write(json.dumps({"status": "ok", "result": result}))
    except Exception:
        _real_stdout.write(json.dumps({"status": "error", "error": str(e)}))
"""


def a_queue(*lines):
    filled = queue.Queue()
    for line in lines:
        filled.put(line)
    return filled


def test_a_worker_marks_the_end_before_each_answer_of_an_invocation():
    marked = say_when_done(SCRIPT)

    before, _, after = marked.partition("while True:")
    assert "__stderr__" not in before
    assert after.count("sys.__stderr__.write(") == 2
    compile(marked, "worker", "exec")


def test_another_version_s_script_is_refused():
    with pytest.raises(ValueError, match=r"not the one of 1\.5\.33"):
        say_when_done("while True: pass")


@pytest.mark.parametrize(
    ("lines", "output"),
    [
        (["one", "two", MARK, "of the next invocation"], "one\ntwo"),
        ([f"no newline{MARK}"], "no newline"),
        ([MARK], ""),
        (["last words"], "last words"),
    ],
)
def test_output_ends_with_the_mark_or_with_the_worker(lines, output):
    assert output_of(a_queue(*lines), is_alive=lambda: False) == output


def test_binary_attributes_arrive_with_their_value():
    sns = SimpleNamespace(_build_envelope=lambda *content: json.dumps(content[4]))
    attributes = {"b": {"DataType": "Binary", "BinaryValue": "YWJj"}, "s": {"DataType": "String", "StringValue": "v"}}

    deliver_binary_attributes(sns)
    envelope = sns._build_envelope("topic", "1", "hi", None, attributes, False)

    texts = {name: attribute["StringValue"] for name, attribute in json.loads(envelope).items()}
    assert texts == {"b": "YWJj", "s": "v"}


def test_a_dead_letter_names_the_queue_that_gave_up():
    dispatched = []
    lambda_service = SimpleNamespace(_dispatch_esm_batch=lambda *batch: dispatched.append(batch))
    event = {"Records": [{"messageId": "1", "attributes": {}}, {"messageId": "2", "attributes": {}}]}
    messages = [{"id": "1", "sys": {GIVEN_UP_BY: "arn:work"}}, {"id": "2"}]

    tell_who_gave_up(lambda_service)
    lambda_service._dispatch_esm_batch("id", print, {}, {}, event, messages, "url", "name")

    assert [record["attributes"] for record in event["Records"]] == [{GIVEN_UP_BY: "arn:work"}, {}]
    assert len(dispatched) == 1


class Failed(Exception):
    def __init__(self, cause):
        self.cause = cause


def a_step_functions(lambda_service, cause=None):
    """The parts of MiniStack's that are put right."""

    def add_event(execution, event_type, details=None):
        execution.append({"type": event_type, **(details or {})})
        return execution[-1]

    def call(function, event):
        lambda_service._execute_function_dispatch({}, {}, event, f"r-{function}", 0.0)
        if cause is not None:
            raise Failed(cause)
        return event

    found = SimpleNamespace(_add_event=add_event, _call_lambda=call, _ExecutionError=Failed)
    found._invoke_resource = lambda _, given: {"Payload": found._call_lambda(given["FunctionName"], given)}
    found._invoke_with_callback = lambda _resource, given, _token, _state: given
    return found


def a_lambda_service():
    return SimpleNamespace(_execute_function_dispatch=lambda *_: {})


INVOKE = "arn:aws:states:::lambda:invoke"


def test_a_history_tells_what_a_task_was_given():
    service = a_step_functions(a_lambda_service())
    tell_parameters(service)
    history = []

    service._add_event(history, "TaskScheduled", {"taskScheduledEventDetails": {}})
    service._invoke_with_callback(f"{INVOKE}.waitForTaskToken", {"taskToken": "t"}, "t", {})

    assert history[0]["taskScheduledEventDetails"] == {"parameters": '{"taskToken": "t"}'}


def test_the_answer_of_an_invocation_tells_its_request_id():
    lambda_service = a_lambda_service()
    service = a_step_functions(lambda_service)
    tell_request_ids(service, lambda_service)

    answer = service._invoke_resource(INVOKE, {"FunctionName": "charge"})

    assert answer["SdkResponseMetadata"] == {"RequestId": "r-charge"}


def test_the_error_of_a_function_tells_its_request_id():
    lambda_service = a_lambda_service()
    service = a_step_functions(lambda_service, cause='{"errorType": "E"}')
    tell_request_ids(service, lambda_service)

    with pytest.raises(Failed) as failed:
        service._invoke_resource(INVOKE, {"FunctionName": "charge"})

    assert json.loads(failed.value.cause) == {"errorType": "E", "requestId": "r-charge"}


@pytest.mark.parametrize("cause", ["", "no JSON", "[]", '{"reason": 1}'])
def test_what_is_no_error_of_a_function_stays_as_it_is(cause):
    assert with_request_id(cause, "r-1") == cause
