"""A flow that is handed to OpenTelemetry and comes back over OTLP is the same flow."""

import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

from hopscope_collector.documented.flow_json import flow_json
from hopscope_collector.export.spans import spans_of
from hopscope_collector.flow import Flow
from hopscope_collector.lines.record_line import record_in
from hopscope_collector.otel.records import sorted_out
from hopscope_collector.otel.request import request_of_json, request_of_protobuf
from hopscope_collector.rules import Rules
from hopscope_collector.stitch import flows_of
from hopscope_wire.context import Context, carrier_of
from hopscope_wire.model import Begin, End, Message, Record, Send, WireError

AT_US = 1_790_000_000_000_000
NOW_US = AT_US + 600_000_000
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:tickets"


def an_order() -> list[Record]:
    """Three functions: one was asked over HTTP, one failed at first, one got a batch of two and gave one back."""
    trace = f"{7:032x}"
    place = {"trace_id": trace, "invocation_id": "aaaaaaaaaaaa0000", "request_id": "r-1", "function": "place-order"}
    print_1 = {"trace_id": trace, "invocation_id": "bbbbbbbbbbbb0000", "request_id": "r-2", "function": "print-ticket"}
    print_2 = {**print_1, "invocation_id": "cccccccccccc0000", "request_id": "r-3"}
    sent = Send(
        "aaaaaaaaaaaa0001", "sqs", "SendMessage", QUEUE, "ticket", ("sqs/m-1",), AT_US + 5_000, 900,
        carried=True, body_bytes=11, body_hash="00112233aabbccdd", keys={"order_id": "o-42"},
    )  # fmt: skip
    ticket = Message(
        0, "sqs", ("sqs/m-1",), trace, carrier_of(Context(trace, "aaaaaaaaaaaa0001")), origin=QUEUE,
        sent_us=AT_US + 6_000, keys={"order_id": "o-42", "party": "4"}, attributes={"message-group-id": "g"},
        body_bytes=11, body_hash="00112233aabbccdd", correlation_id="order 42",
    )  # fmt: skip
    retried = Message(0, "sqs", ("sqs/m-1",), trace, ticket.carrier, origin=QUEUE, attempt=2, keys={"order_id": "o-42"})
    web = Message(0, "apigateway", name="POST /orders", keys={"order_id": "o-42"})
    failed = WireError("TimeoutError", "the printer is off")
    return [
        Begin(**place, start_us=AT_US, messages=(web,), deadline_us=AT_US + 3_000_000, cold_start=True),
        End(**place, start_us=AT_US, end_us=AT_US + 9_000, duration_us=9_000, outcome="ok", sends=(sent,)),
        Begin(**print_1, start_us=AT_US + 10_000, messages=(ticket,)),
        End(**print_1, start_us=AT_US + 10_000, end_us=AT_US + 19_000, duration_us=9_000, outcome="error", error=failed),
        Begin(**print_2, start_us=AT_US + 20_000, messages=(retried,)),
        End(**print_2, start_us=AT_US + 20_000, end_us=AT_US + 29_000, duration_us=9_000, outcome="ok"),
    ]  # fmt: skip


def stitched(records: list[Record]) -> list[Flow]:
    return flows_of(records, now_us=NOW_US, rules=Rules())


def as_protobuf(flow: Flow) -> Any:
    return request_of_protobuf(encode_spans(spans_of(flow)).SerializeToString())


def as_json(flow: Flow) -> Any:
    """As an exporter writes it: ids in hex."""
    import base64

    def hexed(found: Any) -> Any:
        if isinstance(found, dict):
            ids = {"traceId", "spanId", "parentSpanId"}
            return {k: base64.b64decode(v).hex() if k in ids else hexed(v) for k, v in found.items()}
        return [hexed(each) for each in found] if isinstance(found, list) else found

    return request_of_json(json.dumps(hexed(MessageToDict(encode_spans(spans_of(flow))))).encode())


@pytest.mark.parametrize("way", [as_protobuf, as_json])
def test_it_is_the_same_flow(way: Any) -> None:
    (flow,) = stitched(an_order())
    found = sorted_out(way(flow))
    (back,) = stitched([record_in(line) for line in found.records])

    assert found.refused == []
    assert flow_json(back) == flow_json(flow)


def test_beside_what_the_layer_recorded_it_adds_nothing() -> None:
    records = an_order()
    (flow,) = stitched(records)
    returned = [record_in(line) for line in sorted_out(as_protobuf(flow)).records]

    (both,) = stitched([*records, *returned])

    assert flow_json(both) == flow_json(flow)
