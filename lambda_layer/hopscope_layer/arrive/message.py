"""What a reader hands back: a message as the wire writes it, and what else the layer needs of it."""

from hopscope_wire.context import context_of, trace_id_of_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_wire.context import Context


class Arrived:
    """One message that arrived.

    `fields` are the wire's, `payloads` are where business keys are looked for, outermost first, `headers` are the
    caller's own (HTTP headers or message attributes as texts, names in lower case), where a correlation id is looked
    for, and `body` is the text that the sender sent, None where the broker wrote it anew.
    """

    __slots__ = ("body", "context", "correlation", "fields", "headers", "payloads")

    def __init__(self, source: str, index: int, refs: "list[str]", payloads: "list[object]") -> None:
        self.fields: "dict[str, object]" = {"index": index, "source": source, "refs": refs}
        self.payloads = payloads
        self.context: "Context | None" = None
        self.correlation: "str | None" = None
        self.headers: "dict[str, str]" = {}
        self.body: "str | None" = None

    @property
    def refs(self) -> "list[str]":
        """The refs found until now, outermost first: readers of what is inside add theirs."""
        return self.fields["refs"]  # type: ignore[return-value]

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

    def follow(self, trace_header: object) -> None:
        """Takes the Root of the message's own X-Ray header; the trace id too, unless a carrier brought one."""
        root = trace_id_of_root(trace_header) if isinstance(trace_header, str) else None
        if root is not None:
            self.fields["root"] = root
            self.fields.setdefault("traceId", root)

    def tell(self, name: str, value: object) -> None:
        """Sets a field of the wire, unless there is nothing to tell."""
        if value is not None:
            self.fields[name] = value

    def attribute(self, name: str, value: object) -> None:
        """Keeps a fact of the delivery."""
        if value is not None:
            self.fields.setdefault("attributes", {})[name] = str(value)  # type: ignore[index]
