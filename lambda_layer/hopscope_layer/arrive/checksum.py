"""The checksum that SQS computes over message attributes, for a record or a response without ours."""

import binascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def mend(record: "Record", attributes: "Record", name: str = "md5OfMessageAttributes") -> None:
    """Sets the checksum to what it is over the attributes that are left; a record without attributes has none."""
    if attributes:
        record[name] = _md5_of_attributes(attributes)
    else:
        del record[name]


def _md5_of_attributes(attributes: "Record") -> str:
    """The checksum that SQS computes: names in order, every part after its length in four bytes."""
    from _md5 import md5  # type: ignore[import-not-found]  # the C module, hashlib is an import too many

    digest = md5(usedforsecurity=False)
    for name in sorted(attributes):
        attribute = attributes[name]
        if not isinstance(attribute, dict):
            continue
        # Lambda writes names in lower case and bytes in base64, botocore neither.
        data_type = str(attribute.get("dataType") or attribute.get("DataType"))
        text = attribute.get("stringValue", attribute.get("StringValue"))
        raw = attribute.get("BinaryValue")
        raw = raw.encode() if isinstance(raw, str) else raw or binascii.a2b_base64(str(attribute.get("binaryValue")))
        value = text.encode() if isinstance(text, str) else bytes(raw)
        for part in (name.encode(), data_type.encode()):
            digest.update(len(part).to_bytes(4, "big") + part)
        digest.update((b"\x01" if isinstance(text, str) else b"\x02") + len(value).to_bytes(4, "big") + value)
    checksum: str = digest.hexdigest()
    return checksum
