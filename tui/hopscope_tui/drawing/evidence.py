"""Why a link is believed, in words (pure)."""

from hopscope_collector.flow import Evidence, Link

_REFS = {
    "sqs": "the SQS message id",
    "sns": "the SNS message id",
    "events": "the EventBridge event id",
    "eventsv2": "the EventBridge event id",
    "kinesis": "the Kinesis shard and sequence number",
    "lambda": "the Lambda request id",
    "states": "the execution ARN",
    "durable": "the durable execution ARN",
    "s3": "the S3 object and its sequencer",
    "apigateway": "the API Gateway request id",
}

_SURE: dict[Evidence, str] = {
    "carrier": "exact",
    "ref": "exact",
    "header": "likely",
    "key": "by what they are about",
    "inferred": "a guess",
}


def sureness(link: Link) -> str:
    """How far to trust a link, in a word or two."""
    return _SURE[link.evidence[0]]


def in_words(link: Link) -> str:
    """One sentence for the strongest evidence, what else agrees after it."""
    words = f"joined because {_because(link.evidence[0], link.detail)}"
    others = ", ".join(link.evidence[1:])
    return f"{words}; {others} agree{'s' if len(link.evidence) == 2 else ''}" if others else words


def _because(kind: Evidence, detail: str) -> str:
    of = f" ({detail})" if detail else ""
    if kind == "carrier":
        return f"our context came along with the message{of}"
    if kind == "ref":
        return f"{_REFS.get(detail.split('/', 1)[0], 'the id of the message')} is the same on both sides{of}"
    if kind == "header":
        return f"both carry the same X-Ray trace{of}"
    if kind == "key":
        return f"both are about the same key{of}"
    return f"the bodies are the same and the times fit{of}"
