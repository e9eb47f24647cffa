"""Every `HOPSCOPE_*` environment variable of the layer: name, meaning, default, reader.

A value that cannot be read is named once on stderr and its default is used: a typing error never stops a function.
An empty value is an absent one.
"""

from hopscope_layer.guard import complain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Paths = list[tuple[str, list[list[str]]]]

_ON = ("on", "1", "true", "yes")
_OFF = ("off", "0", "false", "no")


def _switch(text: str) -> bool:
    word = text.strip().lower()
    if word in _ON:
        return True
    if word in _OFF:
        return False
    raise ValueError(word)


def _names(text: str) -> "list[str]":
    return [name.strip().lower() for name in text.split(",") if name.strip()]


def _share(text: str) -> float:
    """A share of all flows: `0.1`, or `on` and `off` for all and none."""
    word = text.lower()
    share = float(_switch(word) if word in _ON + _OFF else word)
    if not 0.0 <= share <= 1.0:
        raise ValueError(word)
    return share


def _bytes(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError(text)
    return count


def _capture(text: str) -> str:
    if text.lower() == "error":
        return "error"
    return "on" if _switch(text) else "off"


def _paths(text: str) -> "Paths":
    """`order_id=detail.orderId|body.orderId` as [("order_id", [["detail", "orderId"], ["body", "orderId"]])]."""
    found = []
    for item in text.replace(";", ",").split(","):
        name, equals, choices = item.partition("=")
        if not item.strip():
            continue
        paths = [path.strip().split(".") for path in choices.split("|") if path.strip()]
        if not equals or not name.strip() or not paths or not all(all(path) for path in paths):
            raise ValueError(item)
        found.append((name.strip(), paths))
    return found


def _propagation(text: str) -> "dict[str, bool]":
    """`on`, `off`, or a list such as `on,sqs=off,*audit*=off`; the key `*` is the rule for everything else.

    A rule that cannot be read is passed over. When no other is left, nothing travels: it was meant to say something.
    """
    rules: "dict[str, bool]" = {}
    unread = False
    for item in text.split(","):
        name, equals, word = item.rpartition("=")
        try:
            if item.strip():
                rules[name.strip() if equals else "*"] = _switch(word)
        except ValueError:
            unread = True
            complain(f"HOPSCOPE_PROPAGATION: {item!r:.80} is no rule such as off or sqs=off; passed over")
    return {"*": bool(rules) or not unread, **rules}


class Setting:
    """One environment variable.

    `default` is the text that an absent variable stands for, `expected` finishes "… is not …" for a value that cannot
    be read. What it means is the comment above it, and docs/layer.md.
    """

    __slots__ = ("attribute", "default", "expected", "name", "read")

    def __init__(self, name: str, default: str, read: "Callable[[str], object]", expected: str) -> None:
        self.name = name
        self.attribute = name[9:].lower()
        self.default = default
        self.read = read
        self.expected = expected


_SWITCH = "on or off"
_SHARE = "a share between 0 and 1"
_NAMES = "a list of names"

TABLE = (
    # off: the function runs as if the layer were not there.
    Setting("HOPSCOPE_ENABLED", "on", _switch, _SWITCH),
    # The function's own handler, when `_HANDLER` is `hopscope_layer.handler`.
    Setting("HOPSCOPE_HANDLER", "", str, "text"),
    # Whether the context travels with messages; rules by service, or by a pattern for the destination.
    Setting("HOPSCOPE_PROPAGATION", "on", _propagation, ""),
    # Business keys, and where payloads hold them.
    Setting("HOPSCOPE_KEYS", "", _paths, "name=path|path, name=path, such as order_id=detail.orderId|body.orderId"),
    # Headers and message attributes whose value becomes the correlation id; the first that is there counts.
    Setting("HOPSCOPE_CORRELATION_HEADERS", "x-correlation-id,x-request-id", _names, _NAMES),
    # Share of flows that are recorded; errors always are.
    Setting("HOPSCOPE_SAMPLE", "1", _share, _SHARE),
    # Share of flows that log at debug level on every hop.
    Setting("HOPSCOPE_DEBUG", "0", _share, _SHARE),
    # Whether payloads are recorded, redacted.
    Setting("HOPSCOPE_CAPTURE", "off", _capture, "off, error or on"),
    # A longer payload is cut here.
    Setting("HOPSCOPE_CAPTURE_BYTES", "2048", _bytes, "a number of bytes"),
    # Members whose value is redacted, besides passwords, tokens and their like; a part of the name is enough.
    Setting("HOPSCOPE_REDACT_KEYS", "", _names, _NAMES),
    # on: e-mail addresses are redacted, too.
    Setting("HOPSCOPE_REDACT_EMAIL", "off", _switch, _SWITCH),
    # Key of the hash that takes a redacted value's place, so that equal values stay comparable.
    Setting("HOPSCOPE_REDACT_SECRET", "", str, "text"),
    # on: the traceback of an exception is recorded.
    Setting("HOPSCOPE_STACK", "off", _switch, _SWITCH),
    # Hosts whose HTTP calls carry `traceparent` and the correlation id, such as api.shop.example,*.internal.
    Setting("HOPSCOPE_HTTP", "", _names, "a list of hosts"),
)


class Settings:
    """The values of `TABLE`, read."""

    __slots__ = tuple([setting.attribute for setting in TABLE])

    capture: str
    capture_bytes: int
    correlation_headers: "list[str]"
    debug: float
    enabled: bool
    handler: str
    http: "list[str]"
    keys: "Paths"
    propagation: "dict[str, bool]"
    redact_email: bool
    redact_keys: "list[str]"
    redact_secret: str
    sample: float
    stack: bool


def settings_of(environ: "Mapping[str, str]") -> Settings:
    """The settings of an environment; each bad value is named on stderr and its default used."""
    settings = Settings()
    for setting in TABLE:
        given = environ.get(setting.name, "").strip() or setting.default
        try:
            value = setting.read(given)
        except ValueError:
            complain(f"{setting.name}={given!r:.80} is not {setting.expected}; using {setting.default!r}")
            value = setting.read(setting.default)
        setattr(settings, setting.attribute, value)
    return settings
