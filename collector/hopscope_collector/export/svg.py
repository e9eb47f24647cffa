"""A flow's graph as one SVG picture: `hopscope show ID --svg FILE` (pure).

It holds its own style, follows light and dark, has no script and no link, and can stand in a README.
"""

from hopscope_collector.export.graph import graph_of
from hopscope_collector.export.icons import definitions, icon
from hopscope_collector.export.markup import element, raw
from hopscope_collector.export.page import style_sheet
from hopscope_collector.export.type_setting import fitted, width_px
from hopscope_collector.flow import Flow
from hopscope_collector.redaction import redacted
from hopscope_collector.shape.activity import end_of
from hopscope_collector.shape.outline import outline
from hopscope_collector.shape.summary import key_of, made_of
from hopscope_collector.shape.times import duration

_PAD = 28.0
_HEAD = 62.0
_LEAST_WIDTH = 460.0


def svg_of(flow: Flow, now_us: int) -> str:
    """The whole document: a headline, and the cards below it."""
    flow = redacted(flow)
    picture = graph_of(outline(flow), now_us)
    width = max(picture.size.width, _LEAST_WIDTH) + 2 * _PAD
    height = picture.size.height + _HEAD + 2 * _PAD
    key = fitted(key_of(flow), width - 2 * _PAD - 190, 19)
    more = f" · {picture.left_out:,} more steps not drawn" if picture.left_out else ""
    facts = f"{duration(end_of(flow, now_us) - flow.started_us)} · {made_of(flow)} · {flow.kind}{more}"
    left = _PAD + max((width - 2 * _PAD - picture.size.width) / 2, 0.0)
    document = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg", "class": "picture alone", "role": "img",
            "viewBox": f"0 0 {width:.0f} {height:.0f}", "width": width, "height": height,
        },
        element("title", {}, f"{key_of(flow)}: {flow.status}"),
        element("desc", {}, f"{flow.kind}: {made_of(flow)}"),
        element("style", {}, raw(style_sheet("picture.css"))),
        definitions(),
        element("rect", {"class": "paper", "width": width, "height": height, "rx": 14}),
        icon(flow.status, _PAD, _PAD - 1, 22),
        element("text", {"class": "title", "x": _PAD + 32, "y": _PAD + 16}, key),
        element("text", {"class": "small", "x": _PAD + 44 + width_px(key, 19), "y": _PAD + 16}, flow.status),
        element("text", {"class": "small", "x": _PAD, "y": _PAD + 42}, fitted(facts, width - 2 * _PAD, 11.5)),
        element("g", {"transform": f"translate({left:.1f} {_PAD + _HEAD:.1f})"}, picture.markup),
    )  # fmt: skip
    return f"{document}\n"
