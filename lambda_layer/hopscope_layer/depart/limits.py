"""What a carrier may cost, and where there is no room for it: the limits of AWS as data.

    limit                        value        source
    message attributes, SQS      10           SQS developer guide, message quotas
    message attributes, SNS      10           SNS with raw delivery to SQS drops the message silently past 10
    billing step                 64 KiB       prices of SQS, SNS and EventBridge: each started 64 KiB is one request
    message and request sizes    n × 64 KiB   SQS 1 MiB, SNS 256 KiB or the topic's own maximum up to 1 MiB, EventBridge
                                              256 KiB or 1 MiB: all of them multiples of the step
    EventBridge request          1,000,000    "less than 1 MB"; the smaller reading of MB

A carrier never moves a message across a step, so no limit that is a multiple of it can be passed either.
"""

MAX_ATTRIBUTES = 10
BILLING_STEP_BYTES = 65_536
MAX_EVENTS_REQUEST_BYTES = 1_000_000


def crosses_a_step(size_bytes: int, added_bytes: int) -> bool:
    """Whether so many more bytes begin another billing step; an empty message has begun its first."""
    return (max(size_bytes, 1) - 1) // BILLING_STEP_BYTES != (size_bytes + added_bytes - 1) // BILLING_STEP_BYTES


def text_bytes(text: object) -> int:
    """Length in UTF-8; nothing for what is neither text nor bytes."""
    if isinstance(text, str):
        return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    if isinstance(text, (bytes, bytearray)):
        return len(text)
    return 0
