"""Our attribute out of an SQS record, so that the handler sees what it would have seen."""

import binascii

from hopscope_wire.fields import ATTRIBUTE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def text_of(binary_value: object) -> "str | None":
    """The carrier in the base64 text of a Binary attribute, None when it is not text."""
    if not isinstance(binary_value, str):
        return None
    try:
        return binascii.a2b_base64(binary_value).decode("ascii")
    except ValueError:
        return None


def take_out_of_record(record: "Record", attributes: "Record") -> None:
    """Removes our attribute from an SQS record, and from the checksum over its attributes if it has one."""
    del attributes[ATTRIBUTE_NAME]
    if "md5OfMessageAttributes" not in record:
        return
    if attributes:
        record["md5OfMessageAttributes"] = _md5_of_attributes(attributes)
    else:
        del record["md5OfMessageAttributes"]


def _md5_of_attributes(attributes: "Record") -> str:
    """The checksum that SQS computes: names in order, every part after its length in four bytes."""
    from _md5 import md5  # type: ignore[import-not-found]  # the C module, hashlib is an import too many

    digest = md5(usedforsecurity=False)
    for name in sorted(attributes):
        attribute = attributes[name]
        if not isinstance(attribute, dict):
            continue
        data_type = str(attribute.get("dataType"))
        text = attribute.get("stringValue")
        value = text.encode() if isinstance(text, str) else binascii.a2b_base64(str(attribute.get("binaryValue")))
        for part in (name.encode(), data_type.encode()):
            digest.update(len(part).to_bytes(4, "big") + part)
        digest.update((b"\x01" if isinstance(text, str) else b"\x02") + len(value).to_bytes(4, "big") + value)
    checksum: str = digest.hexdigest()
    return checksum
