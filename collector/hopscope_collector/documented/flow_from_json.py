"""Documented JSON back to frozen values: `flow_json()` of the result is the same JSON again (pure).

    who asks             what
    client               flows and executions that another collector answered with
    the screens          the same, with `--collector URL`

Of a JSON that newer collectors write, fields that are not known here are passed over. What the contract leaves out
(what only stitching needs: roots, hashes, carriers) stays at its default.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from hopscope_collector.flow import Broker, Failure, Flow, Hop, Link, Send, Wait

T = TypeVar("T")
JsonObject = Mapping[str, Any]


def flow_from_json(found: JsonObject) -> Flow:
    """The flow that the JSON describes.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: a field is missing or of another type.
    """
    return Flow(
        id=found["id"],
        status=found["status"],
        started_us=found["started_us"],
        hops=_each(_hop, found["hops"]),
        sends=_each(_send, found["sends"]),
        links=_each(_link, found["links"]),
        traces=tuple(found["traces"]),
        waits=_each(_wait, found["waits"]),
        correlation_id=found["correlation_id"],
        keys=dict(found["keys"]),
        ended_us=found["ended_us"],
        executions=tuple(found["executions"]),
        notes=tuple(found["notes"]),
    )


def _each(make: Callable[[JsonObject], T], found: Sequence[JsonObject]) -> tuple[T, ...]:
    return tuple([make(each) for each in found])


def _hop(found: JsonObject) -> Hop:
    return Hop(
        id=found["id"],
        invocation_id=found["invocation_id"],
        function=found["function"],
        request_id=found["request_id"],
        status=found["status"],
        trace_id=found["trace_id"],
        started_us=found["started_us"],
        message_index=found["message_index"],
        batch_size=found.get("batch_size", 1),
        root=found.get("root"),
        attempt=found["attempt"],
        source=found["source"],
        refs=tuple(found["refs"]),
        name=found["name"],
        origin=found["origin"],
        ended_us=found["ended_us"],
        deadline_us=found["deadline_us"],
        sent_us=found["sent_us"],
        clock_offset_us=found.get("clock_offset_us", 0),
        correlation_id=found["correlation_id"],
        keys=dict(found["keys"]),
        attributes=dict(found["attributes"]),
        body_bytes=found["body_bytes"],
        error=_error(found["error"]),
    )


def _send(found: JsonObject) -> Send:
    return Send(
        id=found["id"],
        hop=found["hop"],
        service=found["service"],
        operation=found["operation"],
        sent_us=found["sent_us"],
        destination=found["destination"],
        name=found["name"],
        refs=tuple(found["refs"]),
        duration_us=found["duration_us"],
        is_of_batch=found["of_batch"],
        carried=found["carried"],
        skipped=found["skipped"],
        body_bytes=found["body_bytes"],
        keys=dict(found["keys"]),
        error=_error(found["error"]),
    )


def _link(found: JsonObject) -> Link:
    return Link(
        found["from"],
        found["to"],
        tuple(found["all_evidence"]),
        found["detail"],
        waited_us=found["waited_us"],
        through=tuple(Broker(each["kind"], each["name"], each["reached_us"]) for each in found.get("through", ())),
    )


def _wait(found: JsonObject) -> Wait:
    return Wait(
        found["after"], found["expected"], found["since_us"], found["due_us"], found["state"], send=found["send"]
    )


def _error(found: JsonObject | None) -> Failure | None:
    return None if found is None else Failure(found["type"], found["message"], found["stack"])
