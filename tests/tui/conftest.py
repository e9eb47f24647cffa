"""Orders made by hand: flows with everything that the screens must show, at known times."""

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any

import pytest

from hopscope_collector.executions.model import Attempt, Execution, Identity, State
from hopscope_collector.executions.model import Wait as ExecutionWait
from hopscope_collector.flow import Failure, Flow, Hop, Link, Send, Wait

MS = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
START_US = 1_763_725_867_000_000
"""2025-11-21 11:51:07 UTC."""

TRACE = "6920530b7bf7412957c1c0de00000001"


def a_hop(**facts: Any) -> Hop:
    """A hop of `notify-restaurant` that ran for 210 ms."""
    default: dict[str, Any] = {
        "id": "00000000000a0000.0",
        "invocation_id": "00000000000a0000",
        "function": "notify-restaurant",
        "request_id": "5812c969-0000-4000-8000-00000000000a",
        "status": "done",
        "trace_id": TRACE,
        "started_us": START_US,
        "ended_us": START_US + 210 * MS,
        "source": "events",
        "name": "order_placed",
    }
    return Hop(**{**default, **facts})


def a_send(**facts: Any) -> Send:
    """`order_placed`, put on the bus by the first hop."""
    default: dict[str, Any] = {
        "id": "00000000000a0001",
        "hop": "00000000000a0000.0",
        "service": "events",
        "operation": "PutEvents",
        "sent_us": START_US + 60 * MS,
        "name": "order_placed",
        "destination": "arn:aws:events:eu-central-1:123456789012:event-bus/orders",
        "refs": ("events/7bf73129-0000-4000-8000-000000000001",),
    }
    return Send(**{**default, **facts})


def a_link(from_id: str, to_id: str) -> Link:
    """By our own context."""
    return Link(from_id, to_id, ("carrier",))


def a_flow(**facts: Any) -> Flow:
    """One hop, done."""
    default: dict[str, Any] = {
        "id": TRACE,
        "status": "done",
        "started_us": START_US,
        "ended_us": START_US + 210 * MS,
        "hops": (a_hop(),),
        "traces": (TRACE,),
        "keys": {"order_id": "o-42"},
        "correlation_id": "c-42",
    }
    return Flow(**{**default, **facts})


def an_order(**facts: Any) -> Flow:
    """Placed; the restaurant told over SNS; the promotion redeemed at the third try; nobody has accepted in ten minutes."""
    at = START_US
    placed = a_hop(
        id="a.0", invocation_id="a", function="place-order", source="apigateway", name="POST /orders",
        request_id="req-a", ended_us=at + 84 * MS, attributes={"cold-start": "true"},
    )  # fmt: skip
    told = a_hop(
        id="b.0", invocation_id="b", request_id="req-b", started_us=at + 95 * MS, ended_us=at + 305 * MS,
        refs=("events/7bf73129",), origin="arn:aws:events:eu-central-1:123456789012:rule/orders/notify",
        keys={"order_id": "o-42"},
    )  # fmt: skip
    tries = tuple(
        a_hop(
            id=f"c{attempt}.0", invocation_id=f"c{attempt}", request_id=f"req-c{attempt}", function="redeem-promo",
            attempt=attempt, refs=("events/7bf73129",), started_us=at + begin * MS, ended_us=at + (begin + 120) * MS,
            status="failed" if attempt < 3 else "done",
            error=Failure("ConditionalCheckFailed", "The conditional request failed", "Traceback …\n  File") if attempt < 3 else None,
        )
        for attempt, begin in ((1, 93), (2, 400), (3, 1_100))
    )  # fmt: skip
    printed = a_hop(
        id="d.0", invocation_id="d", request_id="req-d", function="print-ticket", source="sns", name="restaurants",
        refs=("sns/91aa",), started_us=at + 290 * MS, ended_us=at + 350 * MS,
    )  # fmt: skip
    default: dict[str, Any] = {
        "status": "overdue",
        "ended_us": None,
        "hops": (placed, tries[0], told, printed, tries[1], tries[2]),
        "sends": (
            a_send(id="a1", hop="a.0", refs=("events/7bf73129",)),
            a_send(id="b1", hop="b.0", service="sns", operation="Publish", name="restaurants", sent_us=at + 250 * MS,
                   destination="arn:aws:sns:eu-central-1:123456789012:restaurants", refs=("sns/91aa",)),
            a_send(id="b2", hop="b.0", name="restaurant_notified", sent_us=at + 280 * MS, refs=("events/aa01",)),
        ),
        "links": (
            Link("a1", "b.0", ("carrier", "ref"), "events/7bf73129", 35 * MS),
            Link("a1", "c1.0", ("ref",), "events/7bf73129", 33 * MS),
            Link("a1", "c2.0", ("ref",), "events/7bf73129", 340 * MS),
            Link("a1", "c3.0", ("ref",), "events/7bf73129", 1_040 * MS),
            Link("b1", "d.0", ("carrier", "ref"), "sns/91aa", 40 * MS),
        ),
        "waits": (Wait("restaurant_notified", "order_accepted", at + 280 * MS, at + 10 * MINUTE, "overdue"),),
        "notes": ("clock of print-ticket is 12 ms ahead",),
    }  # fmt: skip
    return a_flow(**{**default, **facts})


def an_accepted_order(**facts: Any) -> Flow:
    """The same order, accepted by a person after four minutes: joined by its key alone."""
    order = an_order()
    accepted = a_hop(
        id="e.0", invocation_id="e", function="accept-order", source="apigateway", name="POST /orders/{id}/accept",
        request_id="req-e", started_us=START_US + 4 * MINUTE, ended_us=START_US + 4 * MINUTE + 70 * MS,
    )  # fmt: skip
    default: dict[str, Any] = {
        "status": "done",
        "ended_us": START_US + 4 * MINUTE + 70 * MS,
        "hops": (*order.hops, accepted),
        "sends": (
            *order.sends,
            a_send(id="e1", hop="e.0", name="order_accepted", sent_us=START_US + 4 * MINUTE + 30 * MS),
        ),
        "links": (*order.links, Link("b.0", "e.0", ("key",), "order_id=o-42", 239_695 * MS)),
        "waits": (),
    }
    return replace(order, **{**default, **facts})


ORDER_FLOW = "arn:aws:states:eu-central-1:123456789012:execution:order-flow:o-42"


def an_execution(**facts: Any) -> Execution:
    """Of the order's state machine: it notified the restaurant at the second try, and waits for it to accept."""
    at = START_US
    notify = State(
        "Notify", "Task", "SUCCEEDED", at + 10 * MS, at + 80 * MS, identity=Identity(refs=("events/7bf73129",)),
        attempts=(
            Attempt("FAILED", "events:putEvents", "States.TaskFailed", "throttled", at + 10 * MS, at + 11 * MS, at + 30 * MS),
            Attempt("SUCCEEDED", "events:putEvents", scheduled_us=at + 40 * MS, ended_us=at + 80 * MS),
        ),
    )  # fmt: skip
    accept = State("Accept", "Task", "RUNNING", at + 90 * MS, waits=ExecutionWait("callback", at + 90 * MS))
    default: dict[str, Any] = {"status": "RUNNING", "arn": ORDER_FLOW, "started_us": at, "states": (notify, accept)}
    return Execution(**{**default, **facts})


def an_orchestrated_order(**facts: Any) -> Flow:
    """The order, begun by an execution of which `notify-restaurant` got an event."""
    order = an_order()
    machine = a_hop(
        id="m.0", invocation_id="m", function="order-flow", request_id=ORDER_FLOW, status="running", ended_us=None,
        source="states", name=None,
    )  # fmt: skip
    return replace(
        order,
        hops=(machine, *order.hops[1:]),
        sends=(replace(order.sends[0], hop="m.0"), *order.sends[1:]),
        executions=(ORDER_FLOW,),
        **facts,
    )


@dataclass(frozen=True)
class Orders:
    """What the tests make flows with."""

    start_us: int = START_US
    hop = staticmethod(a_hop)
    send = staticmethod(a_send)
    link = staticmethod(a_link)
    flow = staticmethod(a_flow)
    overdue = staticmethod(an_order)
    accepted = staticmethod(an_accepted_order)
    orchestrated = staticmethod(an_orchestrated_order)
    execution = staticmethod(an_execution)

    @staticmethod
    def many(count: int) -> list[Flow]:
        """Flows a second apart, `o-0` the oldest, every seventh failed."""
        flows = []
        for number in range(count):
            at = START_US + number * SECOND
            is_bad = number % 7 == 3
            hop = a_hop(
                id=f"{number:012x}0000.0", started_us=at, ended_us=at + 90 * MS, status="failed" if is_bad else "done",
                request_id=f"req-{number}", error=Failure("TimeoutError", "no answer") if is_bad else None,
            )  # fmt: skip
            flows.append(
                a_flow(
                    id=f"{number:032x}",
                    traces=(f"{number:032x}",),
                    started_us=at,
                    ended_us=at + 90 * MS,
                    hops=(hop,),
                    correlation_id=f"c-{number}",
                    status="failed" if is_bad else "done",
                    keys={"order_id": f"o-{number}"},
                )
            )
        return flows


@pytest.fixture(scope="session")
def orders() -> Orders:
    """Orders made by hand."""
    return Orders()


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of what `hopscope demo` leaves: fifteen orders through real functions, with their payloads."""
    folder = tmp_path_factory.mktemp("demo")
    demo = [sys.executable, "-m", "hopscope_tui", "demo", "--flows", "15", "--no-tui", "--keep", str(folder)]
    subprocess.run(demo, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "HOPSCOPE_CAPTURE": "on"})
    return f"sqlite:///{folder}/hopscope.db"
