"""Defects that shipped tracers have had, each with the test that would show it here.

What has no other place is tested in this file; the table is checked against the names of the tests.
"""

import base64
import copy
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hopscope_layer import bootstrap
from hopscope_layer.reading import messages_of
from hopscope_layer.settings import settings_of

HERE = Path(__file__).parent
TESTS = {
    "the eleventh message attribute makes the send fail": "test_depart::test_a_carrier_goes_only_where_it_is_safe",
    "a JSON attribute of type String makes SNS filters drop the message": "test_depart::test_what_joins_a_request_is_what_botocore_would_have_written",
    "a send near the size limit fails": "test_depart::test_a_batch_that_grows_past_a_step_loses_carriers_not_messages",
    "base64 data of Kinesis is rewritten, when it leaves": "test_depart::test_where_bytes_matter_not_one_is_added",
    "base64 data of Kinesis is rewritten, when it arrives": "test_peers::test_data_of_a_stream_is_not_touched",
    "the caller's dict is changed": "test_runtime::test_what_leaves_carries_the_context_and_is_recorded",
    "StartExecution with the same name fails on retry": "test_depart::test_where_bytes_matter_not_one_is_added",
    "the handler never runs for context=None": "test_differential::test_without_a_context_everything_is_the_same_too",
    "the handler never runs for an odd ARN": "test_peers::test_the_handler_runs_whatever_the_context_holds",
    "the handler never runs for a string requestContext": "test_peers::test_the_handler_runs_whatever_a_request_holds",
    "the user's SIGALRM handler is lost": "test_runtime::test_a_signal_handler_of_the_function_stays_and_works",
    "a call from a worker thread raises": "test_depart::test_a_resource_and_a_thread_belong_to_the_invocation",
    "Lineage is dropped and loop protection with it": "test_runtime::test_what_leaves_carries_the_context_and_is_recorded",
    "passwords inside JSON in a string are captured": "test_pure::test_what_is_private_is_taken_out",
    "a list as Detail raises": "test_depart::test_a_detail_of_another_type_is_refused_in_the_words_of_botocore",
    "a blocked network call delays every invocation": "test_peers::test_the_layer_opens_no_socket_and_starts_nothing",
    "botocore is imported in functions that never call AWS": "test_package::test_the_import_budget",
    "only the first record of a batch counts": "test_integrations::test_powertools_batch_tells_which_message_a_send_belongs_to",
}  # fmt: skip


@pytest.mark.parametrize("defect", TESTS)
def test_every_known_defect_has_its_test(defect: str) -> None:
    module, _, name = TESTS[defect].partition("::")

    assert re.search(rf"^def {name}\(", (HERE / f"{module}.py").read_text(), re.MULTILINE)


def test_data_of_a_stream_is_not_touched() -> None:
    """Not even where it holds what looks like a carrier of ours."""
    carrier = "00-5e1b41515ac6c58f5b4c1d5f6a7b8c9d-9f1c22ab03d40001-01"
    data = base64.b64encode(json.dumps({"_hopscope": carrier, "orderId": "o-1"}).encode()).decode()
    record = {"eventSource": "aws:kinesis", "eventID": "s-0:49", "kinesis": {"data": data, "sequenceNumber": "49"}}
    event = {"Records": [record]}
    before = copy.deepcopy(event)

    (message,) = messages_of(event, settings_of({"HOPSCOPE_KEYS": "order_id=orderId"}))

    assert event == before
    assert message.fields["keys"] == {"order_id": "o-1"}


def run(event: Any, context: Any, capsys: Any) -> tuple[Any, list[dict[str, Any]]]:
    """What the handler was given, and the records."""
    given: list[Any] = []
    handler = bootstrap._wrapped(lambda event, context: given.append((event, context)), settings_of({}))
    handler(event, context)  # type: ignore[operator]
    said = capsys.readouterr()
    assert said.err == ""
    return given, [json.loads(line) for line in said.out.splitlines()]


@pytest.mark.parametrize(
    "arn", ["", "arn", "arn:aws:lambda", None, 7, ["arn"], "arn:aws-cn:lambda:::function::$LATEST:x"]
)
def test_the_handler_runs_whatever_the_context_holds(arn: Any, capsys: Any) -> None:
    context = SimpleNamespace(invoked_function_arn=arn, function_name=arn, aws_request_id=arn, client_context=arn)

    given, records = run({"an": "order"}, context, capsys)

    assert given == [({"an": "order"}, context)]
    assert [record["record"] for record in records] == ["begin", "end"]


@pytest.mark.parametrize(
    "value", ["a text", None, 7, [], [1], {}, {"requestId": {}}, {"http": "GET"}, {"authorizer": 1}]
)
@pytest.mark.parametrize("name", ["requestContext", "headers", "multiValueHeaders", "pathParameters"])
def test_the_handler_runs_whatever_a_request_holds(name: str, value: Any, capsys: Any) -> None:
    event = {"requestContext": {"requestId": "r"}, "httpMethod": "GET", name: value}

    given, records = run(copy.deepcopy(event), None, capsys)

    assert given == [(event, None)]
    assert [record["record"] for record in records] == ["begin", "end"]


AUDITED = """
import sys, threading
seen = []
sys.addaudithook(lambda name, arguments: seen.append(name) if name.startswith(("socket", "subprocess", "os.fork", "os.system")) else None)
def handler(event, context):
    return [sorted(set(seen)), threading.active_count()]
"""


def test_the_layer_opens_no_socket_and_starts_nothing(lambdas: Any) -> None:
    """Nothing waits for a network, because nothing of ours ever speaks to one."""
    events = [{"detail-type": "d", "id": "e", "detail": {}}, {"an": "order"}]

    ran = lambdas(AUDITED, events, env={"HOPSCOPE_CAPTURE": "on", "HOPSCOPE_KEYS": "order_id=detail.orderId"})

    assert [json.loads(body) for _, body in ran.answers] == [[[], 1]] * 2
    assert len(ran.records) == 4
