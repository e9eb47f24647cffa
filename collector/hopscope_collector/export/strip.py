"""The whole time of a flow as one thin strip: what it did when, drawn so that short stretches stay visible (pure)."""

from hopscope_collector.export.markup import Markup, element
from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import stretches_of
from hopscope_collector.shape.times import duration

_WIDTH, _HEIGHT = 1_000.0, 12.0
_LEAST = 4.0


def strip_of(flow: Flow, now_us: int) -> Markup:
    """Each stretch gets a little, and a share of the rest by the square root of its time: to scale, all is waiting."""
    stretches = [each for each in stretches_of(flow, now_us) if each.end_us > each.start_us][:200]
    shares = [float(each.end_us - each.start_us) ** 0.5 for each in stretches]
    spare = max(_WIDTH - _LEAST * len(stretches), 0.0)
    scale = spare / (sum(shares) or 1.0)
    parts: list[Markup] = []
    x = 0.0
    for stretch, share in zip(stretches, shares, strict=True):
        width = _LEAST + share * scale
        words = element("title", {}, f"{stretch.kind} {duration(stretch.end_us - stretch.start_us)}")
        place = {"class": f"stretch {stretch.kind}", "x": x, "y": 0, "width": width, "height": _HEIGHT}
        parts.append(element("rect", place, words))
        x += width
    box = {
        "class": "strip",
        "viewBox": f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        "preserveAspectRatio": "none",
        "role": "img",
        "aria-label": "Where the time went",
    }
    return element("svg", box, *parts)
