"""An order made by hand, with everything that an export must show, and one whose every text is hostile."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from hopscope_collector.executions.model import Attempt, Execution, State
from hopscope_collector.flow import Failure, Flow, Hop, Link, Send, Wait

MS = 1_000
START_US = 1_763_725_867_000_000
NOW_US = START_US + 604_000 * MS
TRACE = "6920530b7bf7412957c1c0de00000001"
BUS = "arn:aws:events:eu-central-1:123456789012:event-bus/orders"
HOSTILE = (
    "</style></title></svg><script>alert(1)</script><img src=x onerror=alert(1)> \"'&\x1b[2J\u202e\ud800\u0000=cmd()"
)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def a_hop(letter: str, function: str, after_ms: int, **facts: Any) -> Hop:
    default: dict[str, Any] = {
        "id": f"{letter}.0", "invocation_id": letter, "function": function, "request_id": f"req-{letter}",
        "status": "done", "trace_id": TRACE, "started_us": START_US + after_ms * MS,
        "ended_us": START_US + (after_ms + 100) * MS, "source": "events", "name": "order_placed",
    }  # fmt: skip
    return Hop(**{**default, **facts})


def an_order(**facts: Any) -> Flow:
    """Placed; the promotion redeemed at the second try; accepted by a person, joined by key; the rest is overdue."""
    failure = Failure("ConditionalCheckFailed", "the code was used", "Traceback …\n  File app.py")
    hops = (
        a_hop("a", "place-order", 0, source="apigateway", name="POST /orders", attributes={"cold-start": "true"}),
        a_hop("b", "redeem-promo", 130, refs=("events/7b",), status="failed", error=failure),
        a_hop("c", "notify-restaurant", 135, refs=("events/7b",)),
        a_hop("d", "redeem-promo", 900, refs=("events/7b",), attempt=2),
        a_hop("e", "accept-order", 240_000, source="apigateway", name="POST /orders/o-42/accept"),
    )
    default: dict[str, Any] = {
        "id": TRACE, "status": "overdue", "started_us": START_US, "hops": hops, "traces": (TRACE,),
        "keys": {"order_id": "o-42"}, "correlation_id": "c-42",
        "sends": (
            Send("a1", "a.0", "events", "PutEvents", START_US + 60 * MS, BUS, "order_placed", refs=("events/7b",)),
            Send("c1", "c.0", "events", "PutEvents", START_US + 200 * MS, BUS, "restaurant_notified", refs=("events/8c",)),
        ),
        "links": (
            Link("a1", "b.0", ("ref",), "events/7b", 70 * MS),
            Link("a1", "c.0", ("carrier", "ref"), "events/7b", 75 * MS),
            Link("a1", "d.0", ("ref",), "events/7b", 840 * MS),
            Link("c.0", "e.0", ("key",), "order_id=o-42", 239_765 * MS),
        ),
        "waits": (Wait("order_accepted", "order_completed", START_US + 240_100 * MS, START_US + 300_000 * MS, "overdue"),),
        "notes": ("clock of accept-order is 12 ms ahead",),
    }  # fmt: skip
    return Flow(**{**default, **facts})


def hostile(flow: Flow, text: str = HOSTILE) -> Flow:
    """The same with markup, control characters and bidirectional overrides wherever a message brings text."""
    failure = Failure(text, text, f"{text}\n{text}")
    hops = tuple(
        replace(hop, function=f"{hop.function}{text}", request_id=f"{hop.request_id}{text}", name=text,
                source=text, refs=tuple(f"{ref}{text}" for ref in hop.refs), keys={text: text},
                attributes={text: text}, error=failure if hop.error else None)
        for hop in flow.hops
    )  # fmt: skip
    return replace(
        flow,
        hops=hops,
        sends=tuple(replace(send, name=text, destination=text, service=text) for send in flow.sends),
        links=tuple(replace(link, detail=text) for link in flow.links),
        waits=tuple(replace(wait, expected=text, after=text) for wait in flow.waits),
        keys={text: text},
        correlation_id=text,
        notes=(text,),
        executions=(text,),
    )


def an_execution(text: str = "Notify") -> Execution:
    tries = (Attempt("FAILED", "events:putEvents", text, text), Attempt("SUCCEEDED", "events:putEvents"))
    state = State(text, "Task", "SUCCEEDED", START_US, START_US + 70 * MS, attempts=tries, error=text, cause=text)
    return Execution("SUCCEEDED", (state,), name=text, arn=f"arn:{text}", started_us=START_US, ended_us=START_US + MS)


class Exported:
    """What the tests make flows with."""

    start_us, now_us, hostile_text = START_US, NOW_US, HOSTILE
    order = staticmethod(an_order)
    hostile = staticmethod(hostile)
    hop = staticmethod(a_hop)
    execution = staticmethod(an_execution)


@pytest.fixture(scope="session")
def made() -> Exported:
    return Exported()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium of this machine, without a window."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser is installed: looked for {', '.join(BROWSERS)}; apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()
