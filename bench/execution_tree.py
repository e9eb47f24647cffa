"""How long the tree of a history of 25,000 events takes, which is the most that Step Functions records.

The history is a Map whose iterations interleave, each a task that is tried twice and a Parallel of two: the shape in
which "the last state seen" is wrong. The baseline is one pass of `json.loads` over the same history.
"""

import json
import random
import time
from collections.abc import Callable, Iterator

from hopscope_collector.executions import execution_as_json, execution_of, histories_in

MOST_EVENTS = 25_000
ROUNDS = 5
_EVENTS_AN_ITERATION = 17
_ITERATION = (
    ("MapIterationStarted", "map"),
    ("TaskStateEntered", 0),
    ("TaskScheduled", 1),
    ("TaskStarted", 2),
    ("TaskFailed", 3),
    ("TaskScheduled", 4),
    ("TaskStarted", 5),
    ("TaskSucceeded", 6),
    ("TaskStateExited", 7),
    ("ParallelStateEntered", 8),
    ("ParallelStateStarted", 9),
    ("PassStateEntered", 10),
    ("PassStateEntered", 10),
    ("PassStateExited", 11),
    ("PassStateExited", 12),
    ("ParallelStateExited", 14),
    ("MapIterationSucceeded", 15),
)
"""Each event and the position of its cause."""

_NAMES = {1: "Charge", 8: "Charge", 9: "Tell", 11: "Kitchen", 12: "Customer", 13: "Kitchen", 14: "Customer", 15: "Tell"}


def history(events: int = MOST_EVENTS) -> dict[str, object]:
    """A finished execution of about that many events, its iterations interleaved at random but the same each time."""
    count = (events - 6) // _EVENTS_AN_ITERATION
    written = [_event(1, 0, "ExecutionStarted", {}), _event(2, 0, "MapStateEntered", {"name": "Orders", "input": "{}"})]
    written.append(_event(3, 2, "MapStateStarted", {"length": count}))
    ids: dict[tuple[int, int], int] = {}
    for iteration, position in _interleaved(count):
        type_, cause = _ITERATION[position]
        previous = 3 if cause == "map" else ids[iteration, int(cause)]
        ids[iteration, position] = len(written) + 1
        written.append(_event(len(written) + 1, previous, type_, _details(type_, iteration, position)))
    last = len(written)
    written.append(_event(last + 1, last, "MapStateSucceeded", {}))
    written.append(_event(last + 2, last, "MapStateExited", {"name": "Orders", "output": "[]"}))
    written.append(_event(last + 3, last + 2, "ExecutionSucceeded", {"output": "[]"}))
    return {"events": written}


def _interleaved(count: int) -> Iterator[tuple[int, int]]:
    turns = [iteration for iteration in range(count) for _ in _ITERATION]
    random.Random(25_000).shuffle(turns)
    done = [0] * count
    for iteration in turns:
        yield iteration, done[iteration]
        done[iteration] += 1


def _details(type_: str, iteration: int, position: int) -> dict[str, object]:
    if type_.startswith("MapIteration"):
        return {"name": "Orders", "index": iteration}
    if type_.endswith("StateEntered"):
        return {"name": _NAMES[position], "input": json.dumps({"order_id": f"o-{iteration}"})}
    if type_.endswith("StateExited"):
        return {"name": _NAMES[position], "output": json.dumps({"order_id": f"o-{iteration}"})}
    if type_ == "TaskSucceeded":
        return {"resourceType": "sqs", "resource": "sendMessage", "output": json.dumps({"MessageId": f"m-{iteration}"})}
    if type_ == "TaskFailed":
        return {"resourceType": "sqs", "resource": "sendMessage", "error": "Sqs.Throttled", "cause": "slow down"}
    return {"resourceType": "sqs", "resource": "sendMessage"} if type_.startswith("Task") else {}


def _event(event_id: int, previous_id: int, type_: str, details: dict[str, object]) -> dict[str, object]:
    seconds = 1_700_000_000 + event_id / 1000
    kind = "state" if type_.endswith(("StateEntered", "StateExited")) else ""
    key = f"{kind}{type_[type_.index('State') + 5 :]}" if kind else type_[0].lower() + type_[1:]
    own: dict[str, object] = {"id": event_id, "previousEventId": previous_id, "type": type_, "timestamp": seconds}
    return own | ({f"{key}EventDetails": details} if details else {})


def best_s(work: Callable[[], object]) -> float:
    """The fastest of a few runs: the one that was disturbed least."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    """Print the table."""
    text = json.dumps(history())
    (read,) = histories_in(text)
    run = execution_of(read)
    baseline = best_s(lambda: json.loads(text))
    rows = [
        ("json.loads, the baseline", baseline),
        ("text to history", best_s(lambda: histories_in(text))),
        ("history to tree", best_s(lambda: execution_of(read))),
        ("tree to JSON", best_s(lambda: json.dumps(execution_as_json(run)))),
    ]
    states = sum(1 for _ in run.walk())
    print(f"{len(read.events):,} events, {states:,} states, {len(text) / 1e6:.1f} MB, {len(run.unattached)} unattached")
    for name, seconds in rows:
        print(f"{name:<26} {seconds * 1000:8.0f} ms   ×{seconds / baseline:.1f}")


if __name__ == "__main__":
    main()
