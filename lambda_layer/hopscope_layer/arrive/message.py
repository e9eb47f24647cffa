"""What a reader hands back: a message as the wire writes it, and what else the layer needs of it."""

from hopscope_wire.context import context_of, trace_id_of_root
from hopscope_wire.fields import MAX_TEXT_CHARS

MAX_MOMENT_US = 1 << 53
"""Later moments are not exact in every JSON reader."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_wire.context import Context


class Arrived:
    """One message that arrived.

    `fields` are the wire's. `payloads` are where business keys are looked for, outermost first; a function among them
    is called when a key is looked for. `headers` are the caller's own (HTTP headers or message attributes as texts,
    names in lower case), where a correlation id is looked for; `correlation` is that id, None when it brought none.
    `body` is the text that the sender sent, None where a broker wrote it anew. `trace_header` is its X-Ray header.
    `is_invoked` says that nobody delivered it: a service called the function, and every call is a message of its own.
    """

    __slots__ = ("body", "context", "correlation", "fields", "headers", "is_invoked", "payloads", "trace_header")

    def __init__(self, source: str, index: int, refs: "list[str]", payloads: "list[object]") -> None:
        self.fields: "dict[str, object]" = {"index": index, "source": source, "refs": refs}
        self.payloads = payloads
        self.context: "Context | None" = None
        self.correlation: "str | None" = None
        self.headers: "dict[str, str]" = {}
        self.body: "str | None" = None
        self.trace_header: "str | None" = None
        self.is_invoked = False

    @property
    def refs(self) -> "list[str]":
        """The refs found until now, outermost first: readers of what is inside add theirs."""
        return self.fields["refs"]  # type: ignore[return-value]

    def add_ref(self, provider: str, name: object) -> None:
        """Adds a ref inside those that are known, once, unless there is no id."""
        if name is not None and name != "":
            ref = f"{provider}/{name}"[:MAX_TEXT_CHARS]
            if ref not in self.refs:
                self.refs.append(ref)

    def adopt(self, carrier: object) -> bool:
        """Whether this is a carrier of ours. The first one counts: the outermost, put on by whoever sent last."""
        context = context_of(carrier) if isinstance(carrier, str) else None
        if context is None:
            return False
        if self.context is None:
            self.context = context
            self.fields["carrier"] = carrier
            self.fields["traceId"] = context.trace_id
        return True

    def adopt_foreign(self) -> None:
        """Takes trace and parent of a W3C header that anybody may have sent: sampling and debug are ours to decide."""
        carrier = self.headers.get("traceparent", "")[:55]
        context = context_of(carrier)
        if context is not None and self.context is None:
            self.fields["carrier"] = carrier
            self.fields["traceId"] = context.trace_id

    def adopt_binary(self, value: object) -> bool:
        """Whether the base64 text of a Binary attribute is a carrier of ours."""
        if not isinstance(value, str):
            return False
        import binascii

        try:
            return self.adopt(binascii.a2b_base64(value).decode("ascii").rstrip(" "))
        except ValueError:
            return False

    def follow(self, trace_header: object) -> None:
        """Takes the Root of the message's own X-Ray header; the trace id too, unless a carrier brought one."""
        if not isinstance(trace_header, str):
            return
        self.trace_header = trace_header
        root = trace_id_of_root(trace_header)
        if root is not None:
            self.fields["root"] = root
            self.fields.setdefault("traceId", root)

    def tell(self, name: str, value: object) -> None:
        """Sets a field of the wire to a text or a moment, unless there is nothing to tell."""
        if isinstance(value, str):
            self.fields[name] = value[:MAX_TEXT_CHARS]
        elif isinstance(value, int) and name == "sentUs" and 0 <= value < MAX_MOMENT_US:
            self.fields[name] = value

    def attribute(self, name: str, value: object) -> None:
        """Keeps a fact of the delivery."""
        if value is not None:
            self.fields.setdefault("attributes", {})[name] = str(value)[:MAX_TEXT_CHARS]  # type: ignore[index]


def at(value: object, *steps: str) -> object:
    """What stands at the end of these names, None if nothing does."""
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value
