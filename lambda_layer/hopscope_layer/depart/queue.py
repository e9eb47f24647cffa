"""SQS: SendMessage and SendMessageBatch."""

from hopscope_layer.depart.attributes import AttributeCall


class SendMessage(AttributeCall):
    """One message. Content-based deduplication hashes the body, not the attributes, so FIFO queues take the carrier."""

    DESTINATION = ("QueueUrl",)
    BODY = "MessageBody"
    REF = "sqs"
    __slots__ = ()


class SendMessageBatch(SendMessage):
    """Up to ten messages; the response tells the accepted from the refused by their `Id`."""

    ENTRIES = "Entries"
    __slots__ = ()
