"""Every `HOPSCOPE_*` environment variable of the layer: name, meaning, default, reader.

A value that cannot be read is named once on stderr and its default is used: a typing error never stops a function.
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
    raise ValueError("on or off")


def _text(text: str) -> str:
    return text.strip()


def _names(text: str) -> "list[str]":
    return [name.strip().lower() for name in text.split(",") if name.strip()]


def _paths(text: str) -> "Paths":
    """`order_id=detail.orderId|body.orderId;user=…` as [("order_id", [["detail", "orderId"], ["body", "orderId"]]), …]."""
    found = []
    for item in text.replace(";", ",").split(","):
        name, equals, choices = item.partition("=")
        if not item.strip():
            continue
        paths = [path.strip().split(".") for path in choices.split("|") if path.strip()]
        if not equals or not name.strip() or not paths or not all(all(path) for path in paths):
            raise ValueError("name=path|path, name=path, such as order_id=detail.orderId|body.orderId")
        found.append((name.strip(), paths))
    return found


def _propagation(text: str) -> "dict[str, bool]":
    """`on`, `off`, or a list such as `on,sqs=off,*audit*=off`; the key `*` is the rule for everything else."""
    rules = {"*": True}
    for item in text.split(","):
        name, equals, word = item.rpartition("=")
        if item.strip():
            rules[name.strip() if equals else "*"] = _switch(word)
    return rules


class Setting:
    """One environment variable: `default` is the text that an absent variable stands for."""

    __slots__ = ("attribute", "default", "meaning", "name", "read")

    def __init__(self, name: str, default: str, read: "Callable[[str], object]", meaning: str) -> None:
        self.name = name
        self.attribute = name[9:].lower()
        self.default = default
        self.read = read
        self.meaning = meaning


TABLE = (
    Setting("HOPSCOPE_ENABLED", "on", _switch, "off: the function runs as if the layer were not there"),
    Setting("HOPSCOPE_HANDLER", "", _text, "the function's own handler, when `_HANDLER` is `hopscope_layer.handler`"),
    Setting(
        "HOPSCOPE_PROPAGATION",
        "on",
        _propagation,
        "whether the context travels with messages: on, off, or rules by service or destination: on,sqs=off,*audit*=off",
    ),
    Setting(
        "HOPSCOPE_KEYS", "", _paths, "business keys and where payloads hold them: order_id=detail.orderId|body.orderId"
    ),
    Setting(
        "HOPSCOPE_CORRELATION_HEADERS",
        "x-correlation-id,x-request-id",
        _names,
        "headers and message attributes whose value becomes the correlation id, first found first",
    ),
)


class Settings:
    """The values of `TABLE`, read."""

    __slots__ = ("correlation_headers", "enabled", "handler", "keys", "propagation")

    correlation_headers: "list[str]"
    enabled: bool
    handler: str
    keys: "Paths"
    propagation: "dict[str, bool]"


def settings_of(environ: "Mapping[str, str]") -> Settings:
    """The settings of an environment; each bad value is named on stderr and its default used."""
    settings = Settings()
    for setting in TABLE:
        given = environ.get(setting.name, setting.default)
        try:
            value = setting.read(given)
        except ValueError as error:
            complain(f"{setting.name}={given!r:.80} is not {error}; using {setting.default!r}")
            value = setting.read(setting.default)
        setattr(settings, setting.attribute, value)
    return settings
