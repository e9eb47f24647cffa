"""A worker as users of OpenTelemetry write it: the SDK, botocore instrumented, no layer of ours.

packer.py STYLE EXPORTER MESSAGES     handles so many messages of $PACKING, sends each on to $PACKED, and ends
STYLE      conventional: a consumer span for each message, with the attributes of the semantic conventions
           plain: one span around everything; what it moved is only in the spans of botocore
EXPORTER   protobuf (gzip), json
"""

import os
import sys

import boto3
from opentelemetry import trace
from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter as JsonExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as ProtobufExporter
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

NAME = "packer"


def main(style: str, exporter: str, messages: int) -> None:
    endpoint = os.environ["COLLECTOR"] + "/v1/traces"
    provider = TracerProvider(resource=Resource.create({"service.name": NAME}))
    made = (
        JsonExporter(endpoint=endpoint)
        if exporter == "json"
        else ProtobufExporter(endpoint=endpoint, compression=Compression.Gzip)
    )
    provider.add_span_processor(BatchSpanProcessor(made))
    trace.set_tracer_provider(provider)
    BotocoreInstrumentor().instrument()
    sqs = boto3.client("sqs")
    handle = conventional if style == "conventional" else plain
    while messages:
        messages -= handle(sqs, trace.get_tracer(NAME))
    provider.shutdown()


def conventional(sqs, tracer) -> int:
    received = sqs.receive_message(QueueUrl=os.environ["PACKING"], WaitTimeSeconds=1).get("Messages", [])
    for message in received:
        attributes = {
            "messaging.system": "aws_sqs",
            "messaging.operation.type": "process",
            "messaging.operation.name": "process",
            "messaging.destination.name": "packing",
            "messaging.message.id": message["MessageId"],
        }
        with tracer.start_as_current_span("process packing", kind=SpanKind.CONSUMER, attributes=attributes):
            pack(sqs, message)
    return len(received)


def plain(sqs, tracer) -> int:
    with tracer.start_as_current_span("pack"):
        received = sqs.receive_message(QueueUrl=os.environ["PACKING"], WaitTimeSeconds=1).get("Messages", [])
        for message in received:
            pack(sqs, message)
    return len(received)


def pack(sqs, message) -> None:
    sqs.send_message(QueueUrl=os.environ["PACKED"], MessageBody=message["Body"])
    sqs.delete_message(QueueUrl=os.environ["PACKING"], ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
