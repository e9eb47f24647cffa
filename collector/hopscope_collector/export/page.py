"""A flow as one self-contained HTML page: `hopscope show ID --html FILE` (pure).

It holds no script, fetches nothing and says so to the browser: the policy allows one style sheet, by its hash, and
nothing else. Light and dark follow the reader's system; on paper it is light.
"""

import base64
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from hopscope_collector.executions.model import Execution
from hopscope_collector.export.graph import LinkOf, Picture, graph_of
from hopscope_collector.export.icons import hidden_definitions, inline_icon, tone
from hopscope_collector.export.markup import NOTHING, Attributes, Markup, element, joined, raw
from hopscope_collector.export.plain import plain
from hopscope_collector.export.sequence import sequence_of
from hopscope_collector.export.strip import strip_of
from hopscope_collector.export.table import MOST_ROWS, anchor_of, execution_tables, table_of
from hopscope_collector.export.waterfall import waterfall_of
from hopscope_collector.flow import Flow
from hopscope_collector.redaction import redacted
from hopscope_collector.shape.activity import end_of
from hopscope_collector.shape.outline import Step, outline
from hopscope_collector.shape.summary import key_of, made_of, now_at
from hopscope_collector.shape.times import age, date_and_clock, duration

_SHORT, _LONG = 80, 400
"""Characters shown of a key, and of a sentence."""

_MOST_KEYS = _MOST_NOTES = 40


def page_of(flow: Flow, now_us: int, executions: Sequence[Execution] = ()) -> str:
    """The whole document."""
    flow = redacted(flow)
    steps = outline(flow)
    anchors = {step.id: f"#{anchor_of(number)}" for number, step in enumerate(steps[:MOST_ROWS])}
    sections = _sections(flow, steps, now_us, lambda step: anchors.get(step.id))
    main = element("main", {"id": "main"}, *sections, *_executions(executions))
    body = element("body", {}, hidden_definitions(), _header(flow, now_us), _nav(executions), main, _footer(now_us))
    title = f"{key_of(flow)} {flow.status} · Hopscope"
    return f'<!doctype html>\n<html lang="en">{_head(title)}{body}</html>\n'


@cache
def style_sheet(*names: str) -> str:
    """Our style sheets of those names, one after the other."""
    return "\n".join((files("hopscope_collector.export") / name).read_text(encoding="utf-8") for name in names)


def _head(title: str) -> Markup:
    style = style_sheet("picture.css", "page.css")
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head", {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("meta", {"name": "robots", "content": "noindex"}),
        element("title", {}, title),
        element("style", {}, raw(style)),
    )  # fmt: skip


def _header(flow: Flow, now_us: int) -> Markup:
    took = "so far" if flow.ended_us is None else "in all"
    length = duration(end_of(flow, now_us) - flow.started_us)
    names = [
        element("span", {"class": "key"}, element("span", {}, plain(name, _SHORT)), plain(value, _SHORT))
        for name, value in list(flow.keys.items())[:_MOST_KEYS]
    ]
    facts = [
        f"{length} {took}",
        made_of(flow),
        f"began {date_and_clock(flow.started_us)[:19]} UTC, {age(now_us - flow.started_us)} ago",
    ]
    return element(
        "header", {"class": tone(flow.status)},
        element("a", {"class": "skip", "href": "#main"}, "Skip to the flow"),
        element("p", {"class": "status"}, inline_icon(flow.status), flow.status, _at(flow)),
        element("h1", {}, plain(key_of(flow), _SHORT)),
        element("p", {"class": "kind"}, plain(flow.kind, _LONG)),
        strip_of(flow, now_us),
        element("p", {"class": "facts"}, *(element("span", {}, fact) for fact in facts)),
        element("p", {"class": "keys"}, *names),
        _ids(flow),
        *(element("p", {"class": "note"}, plain(note, _LONG)) for note in flow.notes[:_MOST_NOTES]),
    )  # fmt: skip


def _at(flow: Flow) -> Markup:
    return element("span", {"class": "at"}, now_at(flow)) if flow.status not in ("done", "recovered") else NOTHING


def _ids(flow: Flow) -> Markup:
    shown = [("correlation id", flow.correlation_id)] if flow.correlation_id not in (None, *flow.traces) else []
    shown += [("trace", trace) for trace in flow.traces[:5]]
    rows = [element("div", {}, element("dt", {}, name), element("dd", {}, value or "")) for name, value in shown]
    if len(flow.traces) > 5:
        rows.append(
            element("div", {}, element("dt", {}, "and"), element("dd", {}, f"{len(flow.traces) - 5} more traces"))
        )
    return element("dl", {"class": "ids"}, *rows)


def _nav(executions: Sequence[Execution]) -> Markup:
    names = ("Graph", "Waterfall", "Sequence", "Steps", *(("Executions",) if executions else ()))
    links = (element("a", {"href": f"#{name.lower()}"}, name) for name in names)
    return element("nav", {"aria-label": "Views of the flow"}, *links)


def _sections(flow: Flow, steps: Sequence[Step], now_us: int, link_of: LinkOf) -> Iterator[Markup]:
    yield _section("Graph", _framed("Graph: who led to whom", graph_of(steps, now_us, link_of)), _legend(steps))
    yield _section("Waterfall", _framed("Waterfall: what took how long", waterfall_of(flow, steps, now_us, link_of)))
    yield _section(
        "Sequence", _framed("Sequence: messages in the order of time", sequence_of(flow, steps, now_us, link_of))
    )
    left_out = max(len(steps) - MOST_ROWS, 0)
    yield _section("Steps", element("div", {"class": "frame"}, table_of(flow, steps, now_us)), _more(left_out))


def _section(name: str, *inside: Markup) -> Markup:
    anchor = name.lower()
    heading = element("h2", {"id": f"{anchor}-name"}, name)
    return element("section", {"id": anchor, "aria-labelledby": f"{anchor}-name"}, heading, *inside)


def _framed(label: str, picture: Picture) -> Markup:
    """A picture in a frame that scrolls, by keys too, when the picture is wider than the page."""
    pad = 12
    width, height = picture.size.width + 2 * pad, picture.size.height + 2 * pad
    box = f"{-pad} {-pad} {width:.0f} {height:.0f}"
    size = {"viewBox": box, "width": f"{width:.0f}", "height": f"{height:.0f}"}
    drawn = element("svg", {"class": "picture", **size, "role": "group", "aria-label": label}, picture.markup)
    frame = element("div", {"class": "frame", "tabindex": 0, "role": "region", "aria-label": label}, drawn)
    return joined((frame, _more(picture.left_out)))


def _more(left_out: int, of: str = "steps") -> Markup:
    words = f"{left_out:,} more {of} are not drawn here: hopscope show --json has them all."
    return element("p", {"class": "more"}, words) if left_out else NOTHING


def _legend(steps: Sequence[Step]) -> Markup:
    """What the lines mean, and the statuses that occur."""
    statuses = dict.fromkeys(step.status for step in steps if step.status != "unknown")
    lines = (("edge", "an id proves it"), ("edge guess", "by key, header or likeness"))
    samples = [element("span", {}, _sample(kind), words) for kind, words in lines]
    return element(
        "p", {"class": "legend"}, *samples, *(element("span", {}, inline_icon(each), each) for each in statuses)
    )


def _sample(kind: str) -> Markup:
    box: Attributes = {"class": "sample", "width": 30, "height": 10, "viewBox": "0 0 30 10", "aria-hidden": "true"}
    return element("svg", box, element("path", {"class": kind, "d": "M1 5H29"}))


def _executions(executions: Sequence[Execution]) -> Iterator[Markup]:
    if executions:
        tables, left_out = execution_tables(executions)
        yield _section("Executions", element("div", {"class": "frame"}, tables), _more(left_out, "states"))


def _footer(now_us: int) -> Markup:
    made = f"Made {date_and_clock(now_us)[:19]} UTC by Hopscope {_version()}."
    return element("footer", {}, element("p", {}, f"{made} This page runs no script and fetches nothing."))


def _version() -> str:
    try:
        return version("hopscope-collector")
    except PackageNotFoundError:
        return ""
