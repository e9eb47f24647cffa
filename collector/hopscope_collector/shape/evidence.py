"""Why a link is believed, in words (pure)."""

from hopscope_collector.flow import Evidence, Link

_ID_NAMES = {
    "sqs": "SQS message id",
    "sns": "SNS message id",
    "events": "EventBridge event id",
    "eventsv2": "EventBridge event id",
    "kinesis": "Kinesis sequence number",
    "lambda": "Lambda request id",
    "states": "execution ARN",
    "durable": "durable execution ARN",
    "s3": "S3 object version",
    "apigateway": "API Gateway request id",
    "task-token": "task token (its hash)",
}

_SURE: dict[Evidence, str] = {
    "carrier": "exact",
    "ref": "exact",
    "header": "likely",
    "key": "by what they are about",
    "inferred": "a guess",
}

_ALSO: dict[Evidence, str] = {
    "carrier": "context",
    "ref": "message id",
    "header": "X-Ray trace",
    "key": "key",
    "inferred": "body",
}


def sureness(link: Link) -> str:
    """How far to trust a link, in a word or two."""
    return _SURE[link.evidence[0]]


def id_name(ref: str) -> str:
    """What people call the id that a ref is: `SQS message id`."""
    return _ID_NAMES.get(ref.split("/", 1)[0], "message id")


def in_words(link: Link) -> str:
    """One sentence for the strongest evidence, what else agrees after it."""
    words = _because(link.evidence[0], link.detail)
    others = [_ALSO[kind] for kind in link.evidence[1:]]
    if not others:
        return words
    named = " and ".join([", ".join(others[:-1]), others[-1]] if len(others) > 1 else others)
    return f"{words}; the {named} agree{'s' if len(others) == 1 else ''} too"


def _because(kind: Evidence, detail: str) -> str:
    of = f" ({detail})" if detail else ""
    if kind == "carrier":
        return f"our context came along with the message{of}"
    if kind == "ref":
        return f"the {id_name(detail)} is the same on both sides{of}"
    if kind == "header":
        return f"both carry the same X-Ray trace{of}"
    if kind == "key":
        return f"both are about the same key{of}"
    return f"the bodies are the same and the times fit{of}"
