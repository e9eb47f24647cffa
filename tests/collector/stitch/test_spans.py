"""Spans of OpenTelemetry in flows: which are hops, which are sends, and what joins them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.flow import Flow
from hopscope_collector.otel.semantics import refs_of
from hopscope_collector.rules import Rules
from hopscope_collector.stitch import flows_of
from hopscope_wire.context import Context, carrier_of
from hopscope_wire.model import Begin, End, Message, Send, Span, SpanKind

AT_US = 1_790_000_000_000_000
SQS = {"rpc.system": "aws-api", "rpc.service": "SQS", "messaging.system": "aws.sqs"}


def span_id(number: int) -> str:
    return f"{number << 32:016x}"


def a_span(
    number: int,
    parent: int | None = None,
    *,
    service: str = "shop",
    trace: int = 1,
    kind: SpanKind = "internal",
    links: tuple[tuple[int, int], ...] = (),
    **attributes: str,
) -> Span:
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    return Span(
        trace_id=f"{trace:032x}",
        invocation_id=span_id(number),
        function=service,
        start_us=AT_US + number * 1_000,
        end_us=AT_US + number * 1_000 + 500,
        name=f"span {number}",
        kind=kind,
        parent=None if parent is None else span_id(parent),
        links=tuple(carrier_of(Context(f"{of:032x}", span_id(span))) for of, span in links),
        refs=refs_of(kind, named),
        attributes=named,
    )


@pytest.mark.parametrize(
    ("kind", "attributes", "ref"),
    [
        ("producer", {"messaging.system": "aws_sqs", "messaging.operation.type": "send", "messaging.message.id": "m"}, "sqs/m"),
        ("producer", {"messaging.system": "AmazonSQS", "messaging.operation": "publish", "messaging.message_id": "m"}, "sqs/m"),
        ("consumer", {"messaging.system": "AmazonSQS", "messaging.operation": "process", "messaging.message.id": "m"}, "sqs/m"),
        ("producer", {"messaging.system": "aws.sns", "messaging.operation": "send", "messaging.message.id": "m"}, "sns/m"),
        ("producer", {"messaging.system": "aws.eventbridge", "messaging.operation.name": "send", "messaging.message.id": "m"}, "events/m"),
        ("client", {"rpc.system": "aws-api", "rpc.service": "Sqs", "rpc.method": "SendMessage", "messaging.message.id": "m"}, "sqs/m"),
        ("client", {"rpc.system": "aws-api", "rpc.service": "AmazonSNS", "rpc.method": "Publish", "messaging.message_id": "m"}, "sns/m"),
        ("client", {"rpc.system.name": "aws-api", "rpc.method": "SQS/SendMessage", "messaging.message.id": "m"}, "sqs/m"),
        ("client", {"rpc.system": "aws-api", "rpc.service": "AWSLambda", "rpc.method": "Invoke", "aws.requestId": "r"}, "lambda/r"),
        ("client", {"rpc.system": "aws-api", "rpc.service": "Lambda", "rpc.method": "Invoke", "aws.request.id": "r"}, "lambda/r"),
        ("consumer", {"messaging.system": "gcp_pubsub", "messaging.operation": "process", "messaging.message.id": "m"}, "gcp_pubsub/m"),
    ],
)  # fmt: skip
def test_a_message_has_its_ref_by_whatever_names_the_conventions_had(kind, attributes, ref):
    """Of Python, JavaScript, Java, Go and .NET, by older and newer versions of their instrumentations."""
    assert refs_of(kind, attributes) == (ref,)


def flows(*records: Any) -> list[Flow]:
    return flows_of(records, now_us=AT_US + 60_000_000, rules=Rules())


def links_of(flow: Flow) -> list[tuple[str, str, str]]:
    """From which function, to which, and why."""
    functions = {hop.id: hop.function for hop in flow.hops}
    senders = {send.id: functions[send.hop] for send in flow.sends} | functions
    return sorted((senders[link.from_id], functions[link.to_id], link.evidence[0]) for link in flow.links)


def functions_of(flow: Flow) -> list[str]:
    return [hop.function for hop in flow.hops]


def test_a_traceparent_leads_from_service_to_service() -> None:
    (flow,) = flows(
        a_span(1, kind="server", http__request__method="POST", http__route="/orders"),
        a_span(2, 1),
        a_span(3, 2, kind="client", http__request__method="POST", server__address="pay"),
        a_span(4, 3, service="pay", kind="server"),
        a_span(5, 4, service="pay"),
    )

    assert functions_of(flow) == ["shop", "pay"]
    assert links_of(flow) == [("shop", "pay", "carrier")]
    assert [(send.service, send.destination) for send in flow.sends] == [("http", "pay")]
    assert flow.hops[0].name == "POST /orders"


def test_a_context_that_was_handed_over_by_no_span_of_its_own_leads_on_too() -> None:
    (flow,) = flows(a_span(1), a_span(2, 1, service="pay"))

    assert links_of(flow) == [("shop", "pay", "carrier")]


def test_a_span_link_leads_from_trace_to_trace() -> None:
    (flow,) = flows(
        a_span(1),
        a_span(2, 1, kind="producer", messaging__system="kafka"),
        a_span(3, trace=2, service="worker", kind="consumer", links=((1, 2),), messaging__system="kafka"),
    )

    assert links_of(flow) == [("shop", "worker", "carrier")]
    assert flow.traces == (f"{1:032x}", f"{2:032x}")


def test_a_batch_is_a_hop_for_each_message_it_links_to() -> None:
    producers = [a_span(n, trace=n, kind="producer", messaging__system="kafka") for n in (1, 2, 3)]
    links = tuple((n, n) for n in (1, 2, 3))
    worker = a_span(9, trace=9, service="worker", kind="consumer", links=links, messaging__system="kafka")

    found = flows(*producers, worker)

    assert sorted(map(functions_of, found)) == [["shop", "worker"]] * 3


def test_the_id_of_a_message_joins_a_worker_with_what_the_layer_recorded() -> None:
    """AWS carries no traceparent for a worker that polls: the id in the answer of both sides is the proof."""
    layer = {"trace_id": f"{7:032x}", "invocation_id": "00000000000a0000", "request_id": "r-1", "function": "take"}
    sent = Send("00000000000a0001", "sqs", "SendMessage", refs=("sqs/m-1",), sent_us=AT_US)
    end = End(**layer, start_us=AT_US, end_us=AT_US + 9, duration_us=9, outcome="ok", sends=(sent,))
    work = a_span(1, service="packer", kind="consumer", messaging__system="aws_sqs",
                  messaging__operation__type="process", messaging__message__id="m-1")  # fmt: skip
    passed_on = a_span(2, 1, service="packer", kind="client", messaging__message__id="m-2",
                       **{name.replace(".", "__"): value for name, value in SQS.items()}, rpc__method="SendMessage")  # fmt: skip
    got = Begin(f"{8:032x}", "00000000000b0000", "r-2", "announce", AT_US + 9_000,
                messages=(Message(0, "sqs", refs=("sqs/m-2",)),))  # fmt: skip

    (flow,) = flows(Begin(**layer, start_us=AT_US), end, work, passed_on, got)

    assert functions_of(flow) == ["take", "packer", "announce"]
    assert links_of(flow) == [("packer", "announce", "ref"), ("take", "packer", "ref")]


def test_a_function_with_the_layer_calls_a_service_over_http_and_the_other_way_round() -> None:
    """The layer's traceparent names the invocation; a foreign one that it got names the span that called."""
    layer = {"trace_id": f"{1:032x}", "invocation_id": "00000000000a0000", "request_id": "r-1", "function": "take"}
    called_by_layer = replace(a_span(1, service="pay", kind="server"), parent="00000000000a0003")
    call = a_span(2, 1, service="pay", kind="client", http__request__method="POST")
    brought = Message(0, "apigateway", name="POST /x", carrier=carrier_of(Context(f"{1:032x}", span_id(2))))
    called_by_span = Begin(f"{1:032x}", "00000000000b0000", "r-2", "notify", AT_US + 9_000, messages=(brought,))

    (flow,) = flows(Begin(**layer, start_us=AT_US), called_by_layer, call, called_by_span)

    assert functions_of(flow) == ["take", "pay", "notify"]
    assert links_of(flow) == [("pay", "notify", "carrier"), ("take", "pay", "carrier")]


def test_a_trace_header_of_aws_joins_by_the_root() -> None:
    """The parent is a segment of X-Ray that nobody exports; the trace id is the Root of what the layer sent."""
    layer = {"trace_id": f"{1:032x}", "invocation_id": "00000000000a0000", "request_id": "r-1", "function": "take"}
    sent = Send("00000000000a0001", "sqs", "SendMessage", sent_us=AT_US)
    end = End(**layer, start_us=AT_US, end_us=AT_US + 9, duration_us=9, outcome="ok", sends=(sent,), root=f"{1:032x}")
    worker = a_span(1, 99, service="packer", kind="consumer", messaging__system="aws_sqs")

    (flow,) = flows(Begin(**layer, start_us=AT_US, root=f"{1:032x}"), end, worker)

    assert links_of(flow) == [("take", "packer", "header")]


def test_what_fetched_a_message_is_no_second_attempt_at_it() -> None:
    fetch = a_span(1, service="packer", kind="client", messaging__message__id="m-1",
                   **{name.replace(".", "__"): value for name, value in SQS.items()}, rpc__method="ReceiveMessage")  # fmt: skip
    work = a_span(
        2, trace=2, service="packer", kind="consumer", messaging__system="aws_sqs", messaging__message__id="m-1"
    )

    (alone,) = flows(fetch)
    (both,) = flows(fetch, work)

    assert [hop.refs for hop in alone.hops] == [("sqs/m-1",)]
    assert [(hop.id, hop.attempt) for hop in both.hops] == [(f"{span_id(2)}.0", 1)]


def test_an_invocation_that_the_layer_recorded_too_stays_one_hop() -> None:
    begin = Begin(f"{7:032x}", "00000000000a0000", "r-1", "take", AT_US)
    same = Span(f"{1:032x}", span_id(1), "take", AT_US, AT_US + 9, "take", "server", request_id="r-1")
    below = a_span(2, 1, service="pay", kind="server")

    (flow,) = flows(begin, same, below)

    assert functions_of(flow) == ["take", "pay"]
    assert links_of(flow) == [("take", "pay", "carrier")]


def test_a_span_whose_parent_never_came_begins_a_hop() -> None:
    (flow,) = flows(a_span(2, 1), a_span(3, 2))

    assert [hop.id for hop in flow.hops] == [f"{span_id(2)}.0"]


@pytest.mark.parametrize("circle", [[(1, 1)], [(1, 2), (2, 1)], [(1, 2), (2, 3), (3, 1), (4, 1)]])
def test_spans_that_are_one_another_s_parents_end_somewhere(circle: list[tuple[int, int]]) -> None:
    (flow,) = flows(*(a_span(span, parent) for span, parent in circle))

    assert [hop.id for hop in flow.hops] == [f"{span_id(1)}.0"]


KINDS = st.sampled_from(["internal", "server", "client", "producer", "consumer"])
SPANS = st.lists(
    st.builds(
        lambda number, parent, service, trace, kind, links, message: a_span(
            number,
            parent,
            service=service,
            trace=trace,
            kind=kind,
            links=tuple(links),
            **({"messaging__system": "aws_sqs", "messaging__message__id": message} if message else {}),
        ),
        st.integers(1, 9),
        st.none() | st.integers(1, 9),
        st.sampled_from(["shop", "pay"]),
        st.integers(1, 3),
        KINDS,
        st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9)), max_size=2),
        st.none() | st.sampled_from(["m-1", "m-2"]),
    ),
    min_size=1,
    max_size=10,
)


@given(SPANS, st.randoms(use_true_random=False))
def test_the_order_and_the_repeats_of_spans_do_not_matter(spans: list[Span], random: Any) -> None:
    shuffled = spans + random.choices(spans, k=3)
    random.shuffle(shuffled)

    assert flows(*spans) == flows(*shuffled)


@given(SPANS)
def test_every_span_s_trace_is_found_in_some_flow(spans: list[Span]) -> None:
    found = flows(*spans)

    assert {hop.function for flow in found for hop in flow.hops} <= {span.function for span in spans}
    assert found
    ids = [hop.id for flow in found for hop in flow.hops]
    assert len(ids) == len(set(ids))
