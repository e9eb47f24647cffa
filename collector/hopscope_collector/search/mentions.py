"""What a flow mentions anywhere: the texts by which it can be found (pure)."""

from collections.abc import Iterator

from hopscope_collector.flow import Flow, Hop, Send


def ids_in(flow: Flow) -> set[str]:
    """Every id of the flow and of everything in it; refs also without their kind. Keys are not among them."""
    ids = {flow.id, *flow.traces, *flow.executions}
    for hop in flow.hops:
        ids.update((hop.id, hop.invocation_id, hop.request_id, *hop.refs))
        ids.update(each for each in (hop.correlation_id, hop.root, hop.message_root, hop.sent_by) if each)
        if hop.request_id:
            ids.add(f"lambda/{hop.request_id}")
        if hop.has_own_trace:
            ids.add(hop.trace_id)
    for send in flow.sends:
        ids.update((send.id, *send.refs))
    ids |= {each.split("/", 1)[1] for each in ids if "/" in each}
    return ids - {""}


def own_ids_in(flow: Flow) -> set[str]:
    """Ids of the flow as a whole: of its traces and executions, and those that people gave it."""
    ids = {flow.id, *flow.traces, *flow.executions}
    ids.update(hop.correlation_id for hop in flow.hops if hop.correlation_id)
    return ids


def keys_in(flow: Flow) -> set[tuple[str, str]]:
    """Every business key as name and value, those that `Flow.keys` leaves out for an earlier value too."""
    return {pair for step in _steps(flow) for pair in step.keys.items()}


def names_in(flow: Flow) -> set[str]:
    """Names of events, requests and functions."""
    return {step.name for step in _steps(flow) if step.name} | {hop.function for hop in flow.hops}


def errors_in(flow: Flow) -> set[str]:
    """Types of errors, raised by functions or answered by brokers."""
    return {step.error.type for step in _steps(flow) if step.error}


def _steps(flow: Flow) -> Iterator[Hop | Send]:
    yield from flow.hops
    yield from flow.sends
