"""Names and limits of the wire format that both ends must agree on."""

WIRE_VERSION = 1
"""The value of the `hopscope` field. It changes only when an old collector would misread a new record."""

LINE_PREFIX = '{"hopscope":'
"""How every line of ours starts, so that a reader finds it among the user's own lines without parsing them."""

ATTRIBUTE_NAME = "hopscope"
"""The SQS or SNS message attribute that holds the carrier: of type Binary, so that SNS filter policies ignore it."""

DETAIL_KEY = "_hopscope"
"""The key of an EventBridge `Detail` (or custom-bus `Metadata`) that holds the carrier."""

MAX_LINE_BYTES = 240_000
"""A longer record is written as several lines. CloudWatch Logs takes 1 MB an event, older log drivers 256 KB."""

MAX_TEXT_CHARS = 1_024
"""Names, keys, correlation ids and error messages are cut here by the layer."""

MAX_CORRELATION_ID_CHARS = 128
"""A longer correlation id is not adopted: it would not fit a carrier that must stay small."""

MAX_KEYS = 16
"""Business keys kept for one message or invocation."""
