"""Elements of HTML and SVG, put together so that no text can become markup (pure).

    element("td", {"class": "dim"}, hop.name)     <td class="dim">&lt;script&gt;</td>

What is a `Markup` was made here; every other text is escaped, in elements and in attributes alike. Names of elements
and attributes stand in our code, never in a message.
"""

from collections.abc import Iterable, Mapping
from html import escape

from hopscope_collector.export.plain import plain

Attributes = Mapping[str, "str | int | float | None"]

_VOID = frozenset({"meta", "br", "hr", "path", "rect", "circle", "line", "use", "ellipse"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


NOTHING = Markup()


def element(name: str, attributes: Attributes | None = None, *children: str) -> Markup:
    """One element. Attributes that are None are left out; numbers are rounded to a tenth."""
    opening = "".join(f' {key}="{_value(value)}"' for key, value in (attributes or {}).items() if value is not None)
    if name in _VOID and not children:
        return Markup(f"<{name}{opening}/>")
    return Markup(f"<{name}{opening}>{joined(children)}</{name}>")


def joined(parts: Iterable[str]) -> Markup:
    """Parts one after the other."""
    return Markup("".join(part if isinstance(part, Markup) else escape(plain(part)) for part in parts))


def raw(text: str) -> Markup:
    """Text of ours that is markup already, such as a style sheet: never of a message."""
    return Markup(text)


def preformatted(text: str) -> Markup:
    """Lines that were made plain already, escaped."""
    return Markup(escape(text))


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return escape(plain(value), quote=True)
    return f"{value:.1f}".removesuffix(".0")
