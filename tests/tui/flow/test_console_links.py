"""Pages of the AWS console about what is under the cursor."""

from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.shape.outline import outline
from hopscope_tui.flow.console_links import links_of
from hopscope_tui.flow.subject import Subject, ids_of, xray_id


def subject_of(flow, step_id):
    return Subject(flow, next(step for step in outline(flow) if step.id == step_id))


def test_an_invocation_has_its_lines_its_function_and_its_trace(orders):
    links = {link.label: link.url for link in links_of(subject_of(orders.overdue(), "b.0"), {})}

    assert list(links) == ["log lines", "function", "X-Ray trace"]
    assert links["function"].endswith("/lambda/home?region=eu-central-1#/functions/notify-restaurant")
    read = unquote(unquote(links["log lines"].replace("$", "%")))
    assert "#logsV2:log-groups/log-group//aws/lambda/notify-restaurant/log-events" in read
    assert 'filterPattern="req-b"' in read


def test_a_state_has_its_execution(orders):
    execution = orders.execution()
    subject = Subject(orders.orchestrated(), execution=execution, state=execution.states[0])

    assert [link.url for link in links_of(subject, {})] == [
        f"https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/{execution.arn}"
    ]


def test_without_an_arn_the_environment_names_the_region_and_nothing_else_does(orders):
    flow = orders.flow()

    assert links_of(subject_of(flow, flow.hops[0].id), {}) == []
    assert links_of(subject_of(flow, flow.hops[0].id), {"AWS_REGION": "x.evil.example/"}) == []
    assert links_of(subject_of(flow, flow.hops[0].id), {"AWS_REGION": "eu-west-1"})[0].url.startswith(
        "https://eu-west-1."
    )


@given(st.text(min_size=1), st.text(), st.text())
def test_no_name_of_a_message_can_lead_elsewhere(orders, name, request_id, origin):
    hop = orders.hop(function=name, request_id=request_id, origin=f"arn:aws:sqs:eu-west-1:1:{origin}", source="sqs")
    flow = orders.flow(hops=(hop,))

    for link in links_of(subject_of(flow, hop.id), {}):
        assert link.url.startswith("https://eu-west-1.console.aws.amazon.com/")
        assert link.url.isascii()
        assert link.url.isprintable()
        assert not set(link.url) & set(" \"'<>\\`")


def test_every_id_is_there_once_the_request_first(orders):
    found = ids_of(subject_of(orders.overdue(), "c1.0"))

    assert [each.label for each in found[:4]] == ["request", "message", "attempt 1", "attempt 2"]
    assert len({each.text for each in found}) == len(found)
    assert xray_id("6920530b7bf7412957c1c0de00000001") == "1-6920530b-7bf7412957c1c0de00000001"
