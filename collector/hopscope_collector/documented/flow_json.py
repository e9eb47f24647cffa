"""A flow as `--json`, the API and other programs see it: contract version 1 (pure).

    {"hopscope":1,"flow":{"id","status",…,"hops":[…],"sends":[…],"links":[{"from","to","evidence"}],"waits":[…]}}

What an error says is looked through for secrets.
Fields are only ever added. Times are epoch microseconds; what is not known is null. docs/show.md describes each.
"""

from dataclasses import asdict

from hopscope_collector.flow import Failure, Flow, Hop, Link, Send, Wait
from hopscope_collector.redaction import failure_without_secrets

JsonObject = dict[str, object]


def flow_json(flow: Flow) -> JsonObject:
    """The flow as one JSON object."""
    return {
        "id": flow.id,
        "status": flow.status,
        "correlation_id": flow.correlation_id,
        "keys": dict(flow.keys),
        "kind": flow.kind,
        "traces": list(flow.traces),
        "started_us": flow.started_us,
        "ended_us": flow.ended_us,
        "functions": list(dict.fromkeys(hop.function for hop in flow.hops)),
        "attempts": len(flow.hops),
        "errors": [hop.error.type for hop in flow.hops if hop.error],
        "hops": [_hop(hop) for hop in flow.hops],
        "sends": [_send(send) for send in flow.sends],
        "links": [_link(link) for link in flow.links],
        "waits": [_wait(wait) for wait in flow.waits],
        "executions": list(flow.executions),
        "notes": list(flow.notes),
    }


def _hop(hop: Hop) -> JsonObject:
    return {
        "id": hop.id,
        "function": hop.function,
        "request_id": hop.request_id,
        "invocation_id": hop.invocation_id,
        "message_index": hop.message_index,
        "batch_size": hop.batch_size,
        "attempt": hop.attempt,
        "refs": list(hop.refs),
        "trace_id": hop.trace_id,
        "root": hop.root,
        "status": hop.status,
        "source": hop.source,
        "name": hop.name,
        "origin": hop.origin,
        "started_us": hop.started_us,
        "ended_us": hop.ended_us,
        "deadline_us": hop.deadline_us,
        "sent_us": hop.sent_us,
        "clock_offset_us": hop.clock_offset_us,
        "correlation_id": hop.correlation_id,
        "keys": dict(hop.keys),
        "attributes": dict(hop.attributes),
        "body_bytes": hop.body_bytes,
        "error": _error(hop.error),
    }


def _send(send: Send) -> JsonObject:
    return {
        "id": send.id,
        "hop": send.hop,
        "refs": list(send.refs),
        "service": send.service,
        "operation": send.operation,
        "destination": send.destination,
        "name": send.name,
        "sent_us": send.sent_us,
        "duration_us": send.duration_us,
        "of_batch": send.is_of_batch,
        "carried": send.carried,
        "skipped": send.skipped,
        "keys": dict(send.keys),
        "body_bytes": send.body_bytes,
        "error": _error(send.error),
    }


def _link(link: Link) -> JsonObject:
    return {
        "from": link.from_id,
        "to": link.to_id,
        "evidence": link.evidence[0],
        "all_evidence": list(link.evidence),
        "exact": link.is_exact,
        "detail": link.detail,
        "waited_us": link.waited_us,
        "through": [asdict(broker) for broker in link.through],
    }


def _wait(wait: Wait) -> JsonObject:
    return asdict(wait)


def _error(error: Failure | None) -> JsonObject | None:
    shown = failure_without_secrets(error)
    return asdict(shown) if shown else None
