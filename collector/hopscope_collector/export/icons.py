"""A sign for every status, drawn in lines of our own: fonts lack glyphs, emoji bring their own colours (pure).

Every sign stands beside its word or in a picture with a legend; none is told apart by colour alone.
"""

from hopscope_collector.export.markup import Markup, element

SIZE_PX = 16

_SIGNS: dict[str, str] = {
    "done": "M3.5 8.5l3 3 6-7",
    "recovered": "M12.8 8a4.8 4.8 0 1 1-1.6-3.6M11.6 1.6v3.2H8.4",
    "failed": "M4 4l8 8M12 4l-8 8",
    "timed-out": "M8 2.5a5.5 5.5 0 1 0 .01 0M8 5v3.2l2.3 1.6",
    "dead-lettered": "M2.5 4.5h11v8h-11zM5.8 6.8l4.4 3.6M10.2 6.8l-4.4 3.6",
    "lost": "M5.2 5.6a2.8 2.8 0 1 1 4.2 2.4c-.9.5-1.4 1-1.4 2M8 12.6v.4",
    "overdue": "M8 2.5a5.5 5.5 0 1 0 .01 0M8 2.5V8l4.6 3",
    "waiting": "M8 2.8a5.2 5.2 0 1 0 .01 0",
    "running": "M5 3.6l7 4.4-7 4.4z",
    "duplicated": "M5 3v6M5 12.4v.3M11 3v6M11 12.4v.3",
    "not-instrumented": "M8 2.8a5.2 5.2 0 1 0 .01 0M8 7.9v.2",
    "unknown": "M7 8h2",
}


def definitions() -> Markup:
    """The signs as symbols: once in every document that uses them."""
    symbols = (
        element("symbol", {"id": f"i-{status}", "viewBox": f"0 0 {SIZE_PX} {SIZE_PX}"}, element("path", {"d": lines}))
        for status, lines in _SIGNS.items()
    )
    return element("defs", {}, *symbols)


def icon(status: str, x: float, y: float, size_px: float = SIZE_PX) -> Markup:
    """The sign of a status within an SVG picture."""
    return element(
        "use",
        {
            "href": f"#i-{named(status)}",
            "x": x,
            "y": y,
            "width": size_px,
            "height": size_px,
            "class": f"icon {tone(status)}",
        },
    )


def inline_icon(status: str) -> Markup:
    """The sign of a status within a line of text."""
    return element(
        "svg",
        {
            "class": "sign",
            "width": SIZE_PX,
            "height": SIZE_PX,
            "viewBox": f"0 0 {SIZE_PX} {SIZE_PX}",
            "aria-hidden": "true",
        },
        icon(status, 0, 0),
    )


def hidden_definitions() -> Markup:
    """The symbols for a page, in a picture of no size."""
    return element("svg", {"width": 0, "height": 0, "class": "symbols", "aria-hidden": "true"}, definitions())


def named(status: str) -> str:
    """The status, or `unknown` for one that this version does not know."""
    return status if status in _SIGNS else "unknown"


def tone(status: str) -> str:
    """The class that colours what has the status."""
    return f"is-{named(status)}"
