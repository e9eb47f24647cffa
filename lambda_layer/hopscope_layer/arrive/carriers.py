"""Taking our carrier out again, so that the handler sees what it would have seen."""

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


def without(text: str, carrier: str, name: str) -> "str | None":
    """The text without the member `name: carrier` and the comma beside it; None unless it is there exactly once.

    The member is looked for as plain JSON and as JSON inside a JSON string. The carrier needs no escape in either.
    """
    for quote in ('"', '\\"'):
        member = f"{quote}{name}{quote}:{quote}{carrier}{quote}"
        if text.count(member) != 1:
            continue
        start = text.index(member)
        end = start + len(member)
        if text[end : end + 1] == ",":
            end += 1
        elif text[start - 1] == ",":
            start -= 1
        return text[:start] + text[end:]
    return None


def _md5_of_attributes(attributes: "Record") -> str:
    """The checksum that SQS computes: names in order, every part after its length in four bytes."""
    from _md5 import md5

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
    return digest.hexdigest()


def take_out_of_envelope(record: "Record", value: str) -> None:
    """Removes our attribute from the text of an SNS envelope in an SQS body, and the empty container that it leaves."""
    body = record["body"]
    if not isinstance(body, str):
        return
    rest = _without_attribute(body, value)
    if rest is not None:
        put_back(record, "body", rest)


def put_back(holder: "Record", name: str, text: str) -> None:
    """Puts the text without our carrier in its place, with the checksum that it would have had."""
    holder[name] = text
    if name == "body" and isinstance(holder.get("md5OfBody"), str):
        from _md5 import md5

        holder["md5OfBody"] = md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _without_attribute(body: str, value: str) -> "str | None":
    """The envelope without `"hopscope":{…value…}`; None unless the text around it is what SNS writes."""
    at_value = body.find(f'"{value}"')
    start = body.rfind(f'"{ATTRIBUTE_NAME}"', 0, at_value)
    end = body.find("}", at_value) + 1
    if at_value < 0 or start < 0 or not end or "}" in body[start:at_value]:
        return None
    before, after = body[:start].rstrip(), body[end:].lstrip()
    if after[:1] == ",":
        return body[:start] + after[1:].lstrip()
    if before[-1:] == ",":
        return before[:-1] + body[end:]
    if before[-1:] == "{" and after[:1] == "}":
        return _without_container(before[:-1], after[1:])
    return None


def _without_container(before: str, after: str) -> "str | None":
    """The envelope without `"MessageAttributes": { }`, whose braces stood between the two texts."""
    head = before.rstrip()
    name = '"MessageAttributes"'
    if not head.endswith(":") or not head[:-1].rstrip().endswith(name):
        return None
    head = head[:-1].rstrip()[: -len(name)].rstrip()
    if head[-1:] == ",":
        return head[:-1] + after
    if head[-1:] == "{" and after.lstrip()[:1] == ",":
        return head + after.lstrip()[1:]
    return None
