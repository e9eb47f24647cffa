"""An execution as the versioned JSON of `hopscope execution --json` (pure).

The fields and what they mean are in docs/executions.md. Payloads stay out unless asked for, what looks like a secret in
errors always does.
"""

from collections.abc import Mapping
from dataclasses import asdict

from hopscope_collector.executions.model import Attempt, Execution, Iteration, State, Wait
from hopscope_collector.redaction import text_without_secrets


def execution_as_json(execution: Execution, *, with_payloads: bool = False) -> dict[str, object]:
    """The value of `execution`; put it under `{"hopscope": 1, …}`."""
    frozen: dict[int, dict[str, object]] = {}
    for state in reversed(list(execution.walk())):  # children before parents, so that depth costs no recursion
        frozen[id(state)] = _state(state, frozen, with_payloads=with_payloads)
    return {
        "arn": execution.arn,
        "kind": execution.kind,
        "name": execution.name,
        "state_machine_arn": execution.state_machine_arn,
        "map_run_arn": execution.map_run_arn,
        "status": execution.status,
        "started_us": execution.started_us,
        "ended_us": execution.ended_us,
        "error": text_without_secrets(execution.error),
        "cause": text_without_secrets(execution.cause),
        "redrives": execution.redrives,
        "runs": [asdict(run) for run in execution.runs],
        "trace_header": execution.trace_header,
        "request_ids": list(execution.request_ids),
        "states": [frozen[id(state)] for state in execution.states],
        "events": list(execution.events),
        "unattached": list(execution.unattached),
        "missing": list(execution.missing),
        "linked": execution.is_linked,
        **_payloads(execution, with_payloads=with_payloads),
    }


def _state(state: State, frozen: Mapping[int, dict[str, object]], *, with_payloads: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "name": state.name,
        "type": state.type,
        "status": state.status,
        "entered_us": state.entered_us,
        "exited_us": state.exited_us,
        "attempts": [_attempt(each) for each in state.attempts],
        "iterations": [_iteration(each, frozen) for each in state.iterations],
        "branches": [
            {"states": [frozen[id(each)] for each in branch.states], "round": branch.round} for branch in state.branches
        ],
        "events": list(state.events),
        "error": text_without_secrets(state.error),
        "cause": text_without_secrets(state.cause),
        "caught": state.is_caught,
        "assumed": state.is_assumed,
        "rounds": state.rounds,
        "items": state.items,
        "waiting": _wait(state.waits),
        "map_runs": [{"arn": run.arn, "status": run.status, "redrives": run.redrives} for run in state.map_runs],
        "variables": sorted(state.variables),
        "refs": list(state.identity.refs),
        "sent": [asdict(sent) for sent in state.identity.sent],
        "token_hashes": list(state.identity.token_hashes),
        "roots": list(state.identity.roots),
        "children": list(state.children),
        **_payloads(state, with_payloads=with_payloads),
    }
    if with_payloads:
        shown["assigned"] = dict(state.variables)
    return shown


def _payloads(holder: State | Execution, *, with_payloads: bool) -> dict[str, object]:
    """Sizes always, texts only on demand: a payload is private."""
    sizes = {"input_bytes": _size(holder.input), "output_bytes": _size(holder.output)}
    return {**sizes, "input": holder.input, "output": holder.output} if with_payloads else {**sizes}


def _size(text: str | None) -> int | None:
    return None if text is None else len(text.encode(errors="surrogatepass"))


def _attempt(attempt: Attempt) -> dict[str, object]:
    return {
        "status": attempt.status,
        "error": text_without_secrets(attempt.error),
        "cause": text_without_secrets(attempt.cause),
        "resource": attempt.resource,
        "scheduled_us": attempt.scheduled_us,
        "started_us": attempt.started_us,
        "ended_us": attempt.ended_us,
    }


def _iteration(iteration: Iteration, frozen: Mapping[int, dict[str, object]]) -> dict[str, object]:
    return {
        "index": iteration.index,
        "status": iteration.status,
        "round": iteration.round,
        "started_us": iteration.started_us,
        "ended_us": iteration.ended_us,
        "states": [frozen[id(each)] for each in iteration.states],
        "events": list(iteration.events),
    }


def _wait(wait: Wait | None) -> dict[str, object] | None:
    return None if wait is None else {"for": wait.what, "since_us": wait.since_us, "until_us": wait.until_us}
