"""A mail that SES received to a message."""

from hopscope_layer.arrive import moments
from hopscope_layer.arrive.message import Arrived, at

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message of one record: SES's id, and the one that the sender's mail program gave."""
    mail = at(record, "ses", "mail")
    message = Arrived("ses", index, [], [record])
    message.add_ref("ses", at(mail, "messageId"))
    message.add_ref("mail", at(mail, "commonHeaders", "messageId"))
    message.tell("sentUs", moments.epoch_us(at(mail, "timestamp")))
    return message
