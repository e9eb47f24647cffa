"""A mail that SES received to a message."""

from hopscope_layer.arrive import moments
from hopscope_layer.arrive.message import Arrived

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message of one record: SES's id, and the one that the sender's mail program gave."""
    ses = record.get("ses")
    mail = ses.get("mail") if isinstance(ses, dict) else None
    message = Arrived("ses", index, [], [record])
    if isinstance(mail, dict):
        message.add_ref("ses", mail.get("messageId"))
        headers = mail.get("commonHeaders")
        message.add_ref("mail", headers.get("messageId") if isinstance(headers, dict) else None)
        message.tell("sentUs", moments.epoch_us(mail.get("timestamp")))
    return message
