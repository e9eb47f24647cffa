"""An SNS record to a message: the sender's own text, or an EventBridge event that a rule handed to the topic."""

from hopscope_layer.arrive import moments
from hopscope_layer.arrive.message import Arrived
from hopscope_wire.fields import ATTRIBUTE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message of one record; our attribute is taken out of it."""
    sns = record.get("Sns")
    if not isinstance(sns, dict):
        return Arrived("sns", index, [], [record])
    message_id = sns.get("MessageId")
    message = Arrived("sns", index, [], [sns])
    message.add_ref("sns", message_id)
    message.tell("origin", sns.get("TopicArn"))
    message.tell("sentUs", moments.epoch_us(sns.get("Timestamp")))
    attributes = sns.get("MessageAttributes")
    if isinstance(attributes, dict) and attributes:
        _read_attributes(message, attributes)
    text = sns.get("Message")
    if isinstance(text, str):
        if text[:1] == "{":
            from hopscope_layer.arrive import nested

            nested.read_text_of(message, sns, "Message", text)
        else:
            message.body = text
            message.payloads.append(text)
    return message


def _read_attributes(message: Arrived, attributes: "Record") -> None:
    ours = attributes.get(ATTRIBUTE_NAME)
    if isinstance(ours, dict) and message.adopt_binary(ours.get("Value")):
        del attributes[ATTRIBUTE_NAME]
    for name, attribute in attributes.items():
        value = attribute.get("Value") if isinstance(attribute, dict) else None
        if isinstance(value, str):
            message.headers[name.lower()] = value
