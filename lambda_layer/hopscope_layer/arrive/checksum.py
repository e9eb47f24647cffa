"""The checksum that SQS computes over message attributes, for a record that lost one of them: ours."""

import binascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def mend(record: "Record", attributes: "Record") -> None:
    """Sets the checksum to what it is over the attributes that are left; a record without attributes has none."""
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
