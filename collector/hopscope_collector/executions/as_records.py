"""An execution as the records of the wire, so that flows hold it like any other consumer (pure).

    execution arn           begin   function: the state machine   message: states/<arn>
    ├ Notify  putEvents     end     sends: events/<EventId>, …
    └ over                          outcome

An execution is one invocation of its state machine: it consumed the message that started it, and what its tasks sent
are its sends. A redrive is another attempt at the same message. All ids are made from the ARN, so the same history
read twice is one.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from hopscope_collector.executions.model import Execution, Run, Sent
from hopscope_wire.context import trace_id_of_root

_LONGEST_US = {"express": 300_000_000}
_YEAR_US = 365 * 24 * 3_600_000_000
"""Standard executions run a year at most; durable ones as long."""

Record = dict[str, object]


def records_of(execution: Execution, children: Sequence[str] = ()) -> Iterator[Record]:
    """A begin for each run, and an end for each that is over: what the layer would have written of a function.

    Nothing for an execution without ARN or start: it cannot be told from another. `children` are ARNs of its Map Runs'
    executions, which no answer of a task names; the last run is taken for their parent.
    """
    if execution.arn is None or execution.started_us is None:
        return
    runs = execution.runs or (_only_run(execution),)
    for number, run in enumerate(runs, 1):
        until = runs[number].first_event if number < len(runs) else None
        identity = _identity(execution, execution.arn, run, number)
        yield {**identity, "record": "begin", **_begin(execution, execution.arn, run, number)}
        if run.ended_us is not None and run.status != "RUNNING":
            started = [_child(execution, arn) for arn in sorted(children)] if until is None else []
            found = [*_sent(execution, run.first_event, until), *started]
            sent = sorted(found, key=lambda each: (each.event_id, each.ref or ""))
            yield {**identity, "record": "end", **_end(run, run.ended_us, str(identity["invocationId"]), sent)}


def _only_run(execution: Execution) -> Run:
    """Of a durable execution, or of one that only its description tells of."""
    ended = (execution.ended_us, execution.error, execution.cause)
    return Run(0, execution.started_us, execution.status, *ended)


def _identity(execution: Execution, arn: str, run: Run, number: int) -> Record:
    root = trace_id_of_root(execution.trace_header) if execution.trace_header else None
    return {
        "traceId": trace_id_of(execution, arn),
        "invocationId": invocation_id_of(arn, number),
        "requestId": arn,
        "function": machine_of(arn),
        "startUs": run.started_us if run.started_us is not None else execution.started_us,
        "root": root,
    }


def _begin(execution: Execution, arn: str, run: Run, number: int) -> Record:
    started_us = run.started_us if run.started_us is not None else execution.started_us
    prefix = "durable" if execution.kind == "durable" else "states"
    message: Record = {
        "index": 0,
        "source": prefix,
        "refs": [f"{prefix}/{arn}"],
        "name": machine_of(arn),
        "attempt": number,
        **({"origin": execution.state_machine_arn} if execution.state_machine_arn else {}),
    }
    longest_us = _LONGEST_US.get(execution.kind, _YEAR_US)
    return {"messages": [message], "deadlineUs": (started_us or 0) + longest_us, "arn": arn}


def _end(run: Run, ended_us: int, invocation_id: str, sent: list[Sent]) -> Record:
    is_ok = run.status == "SUCCEEDED"
    error = None if is_ok else {"type": run.error or run.status, "message": (run.cause or "")[:1_024]}
    return {
        "endUs": ended_us,
        "durationUs": max(ended_us - (run.started_us or ended_us), 1),
        "outcome": "ok" if is_ok else "error",
        "error": error,
        "sends": [
            {**_send(each, ended_us), "sendId": f"{invocation_id[:12]}{number:04x}"}
            for number, each in enumerate(sent, 1)
        ],
    }


def _send(sent: Sent, ended_us: int) -> Record:
    optional = {
        "destination": sent.destination,
        "name": sent.name,
        "error": {"type": sent.error, "message": ""} if sent.error else None,
    }
    return {
        "service": sent.service,
        "operation": sent.operation,
        "refs": [sent.ref] if sent.ref else [],
        "sentUs": sent.sent_us if sent.sent_us is not None else ended_us,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _sent(execution: Execution, first_event: int, until: int | None) -> Iterator[Sent]:
    for state in execution.walk():
        for each in state.identity.sent:
            if each.event_id >= first_event and (until is None or each.event_id < until):
                yield each


def _child(execution: Execution, arn: str) -> Sent:
    """The start of a child of a Map Run, as if a task had started it."""
    owners = [state for state in execution.walk() if state.map_runs]
    event_id, entered_us = (max(owners[0].events), owners[0].entered_us) if owners else (0, None)
    return Sent("states", "startExecution", event_id, f"states/{arn}", name="Map Run", sent_us=entered_us)


def trace_id_of(execution: Execution, arn: str) -> str:
    """That of its trace header; of one without, made of its ARN."""
    header = trace_id_of_root(execution.trace_header) if execution.trace_header else None
    return header or _made_of(arn, 1)[:32]


def invocation_id_of(arn: str, run: int) -> str:
    """Of its first run, 1, or of a redrive."""
    return _made_of(arn, run)[:12] + "0000"


def _made_of(arn: str, run: int) -> str:
    return sha256(f"{arn}#{run}".encode(errors="surrogatepass")).hexdigest()


def machine_of(arn: str) -> str:
    """The name that people know: of the state machine, or of the durable function.

    `…:execution:orders:o-42` and `…:express:orders:o-42:7c9e` and `…:execution:orders/Each:o-42` are `orders`.
    """
    parts = arn.split(":")
    return parts[6].partition("/")[0] if len(parts) > 6 else arn
