"""Lines small enough that a record is one write unit: deflate, with a dictionary of what every record says (pure).

An item is paid for by the KB. A record of 500 to 1,100 bytes becomes 200 to 450; without the dictionary it would be
half as small. The first byte says how the rest is packed, so that a later version can pack otherwise.
"""

import zlib

from hopscope_collector.errors import StoreDamaged

PLAIN, WITH_DICTIONARY_1 = b"\x00", b"\x01"

PART_BYTES = 360_000
"""An item takes 400 KB with its keys; what packs into more is kept in parts."""

LARGEST_BYTES = 1 << 26
"""No record comes near it: what unpacks to more is damaged, or made to hurt."""

_DICTIONARY_1 = (
    b'{"hopscope":1,"record":"history","documents":[{"executionArn":"arn:aws:states:eu-west-1:"events":[{"id":"type":"'
    b'","previousEventId":"timestamp":"stateEnteredEventDetails":{"name":"stateExitedEventDetails":"TaskStateEntered"'
    b'"TaskStateExited""TaskScheduled""TaskStarted""TaskSucceeded""ExecutionStarted""ExecutionSucceeded"'
    b'"outcome":"error","error":{"type":"Error","message":"","stack":"failedMessages":["failures":{"extra":{'
    b'"skipped":"attribute_limit","version":"$LATEST","arn":"arn:aws:lambda:us-east-1:function:","attributes":{'
    b'"source":"apigateway","refs":["apigateway/","name":"POST /","origin":"https://.execute-api..amazonaws.com"'
    b'"service":"sqs","operation":"SendMessage","destination":"https://sqs.us-east-1.amazonaws.com/'
    b'"service":"sns","operation":"Publish","destination":"arn:aws:sns:","service":"lambda","operation":"Invoke"'
    b'"source":"sqs","refs":["sqs/","sns/","origin":"arn:aws:sqs:us-east-1:"source":"events","refs":["events/'
    b'"name":"origin":"arn:aws:events:us-east-1:event-bus/"durationUs":,"message":0,"carried":true,"bodyBytes":'
    b'"outcome":"ok","sends":[{"sendId":"","service":"events","operation":"PutEvents","destination":"","name":"",'
    b'"refs":["events/"],"sentUs":179,"durationUs":,"message":0,"carried":true,"bodyBytes":,"bodyHash":"'
    b'","keys":{"order_id":"o-"}}],"root":"","keys":{"order_id":"","deadlineUs":179,"coldStart":false}'
    b'"messages":[{"index":0,"source":"","refs":["events/"],"traceId":"","carrier":"00-"-01","root":"","name":"'
    b'","origin":"","sentUs":179,"attempt":1,"bodyBytes":,"bodyHash":"","correlationId":"","keys":{"order_id":"'
    b'{"kind":"report","request_id":"","at_us":179,"function":"","status":null,"duration_us":,"init_us":null,'
    b'"billed_us":,"memory_mb":128,"max_memory_mb":,"version":null,"root":null,"error":null}'
    b'{"hopscope":1,"record":"end","traceId":"","invocationId":"0000","requestId":"-4","function":"","startUs":179'
    b',"endUs":179,"durationUs":,"outcome":"ok","sends":[{"hopscope":1,"record":"begin","traceId":"'
)
"""What is likeliest stands last. Never to be changed: a new one gets a new first byte."""


def packed(text: str) -> bytes:
    """The text, as an item keeps it."""
    plain = text.encode("utf-8", "surrogatepass")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY_1)
    small = deflate.compress(plain) + deflate.flush()
    return WITH_DICTIONARY_1 + small if len(small) < len(plain) else PLAIN + plain


def unpacked(kept: bytes) -> str:
    """The text again.

    Raises:
        StoreDamaged: this is not what `packed()` made.
    """
    how, content = kept[:1], kept[1:]
    if how == WITH_DICTIONARY_1:
        inflate = zlib.decompressobj(-15, _DICTIONARY_1)
        try:
            content = inflate.decompress(content, LARGEST_BYTES)
        except zlib.error as error:
            raise StoreDamaged(
                f"an item of the table cannot be unpacked ({error}); it was not written by us"
            ) from error
    elif how != PLAIN:
        raise StoreDamaged(f"an item is packed in a way {how!r} that is not known here; does a newer version write?")
    return content.decode("utf-8", "surrogatepass")


def parts_of(kept: bytes) -> list[bytes]:
    """At least one part, none larger than an item may be."""
    return [kept[start : start + PART_BYTES] for start in range(0, len(kept), PART_BYTES)] or [b""]
