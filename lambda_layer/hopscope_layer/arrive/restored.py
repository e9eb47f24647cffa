"""Texts as they were before our carrier went in, byte for byte: bodies that hold what another service wrote."""

from hopscope_wire.fields import ATTRIBUTE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def without(text: str, carrier: str, name: str) -> "str | None":
    """The text without the member `name: carrier` and the comma beside it; None unless it is there exactly once.

    The member is looked for as plain JSON and as JSON inside a JSON string, written tight or with blanks after colon
    and comma. The carrier needs no escape in either.
    """
    for quote, blank in (('"', ""), ('\\"', ""), ('"', " "), ('\\"', " ")):
        member = f"{quote}{name}{quote}:{blank}{quote}{carrier}{quote}"
        if text.count(member) != 1:
            continue
        before, _, after = text.partition(member)
        comma = "," + blank
        if after.startswith(comma):
            return before + after[len(comma) :]
        return before.removesuffix(comma) + after
    return None


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
        from _md5 import md5  # type: ignore[import-not-found]  # the C module, hashlib is an import too many

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
