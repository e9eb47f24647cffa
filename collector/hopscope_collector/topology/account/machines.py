"""State machines, and what their tasks send."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hopscope_collector.topology.account.asking import Account

_INTEGRATION = re.compile(r"arn:[^:]+:states:::(?:aws-sdk:)?([a-z]+:[A-Za-z]+)")

_DESTINATIONS: Mapping[str, Callable[[dict[str, Any]], list[Any]]] = {
    "sqs:sendMessage": lambda given: [given.get("QueueUrl")],
    "sns:publish": lambda given: [given.get("TopicArn")],
    "events:putEvents": lambda given: [each.get("EventBusName", "default") for each in _dicts(given.get("Entries"))],
    "lambda:invoke": lambda given: [given.get("FunctionName")],
    "states:startExecution": lambda given: [given.get("StateMachineArn")],
}


def described(account: Account) -> list[dict[str, Any]]:
    """Every state machine with its definition, where that may be read."""

    def describe(machine: dict[str, Any]) -> dict[str, Any]:
        arn = machine["stateMachineArn"]
        return {**machine, **account.one("stepfunctions", "describe_state_machine", stateMachineArn=arn)}

    return account.all(describe, account.each("stepfunctions", "list_state_machines", "stateMachines"))


def node(machine: dict[str, Any]) -> dict[str, Any]:
    """One state machine."""
    kind = machine.get("type", "STANDARD")
    return {"id": machine["stateMachineArn"], "kind": "machine", "name": machine["name"], "type": kind}


def sends(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One send a task and destination: a fact, where a role is only a permission."""
    try:
        definition = json.loads(machine.get("definition") or "{}")
    except ValueError:
        return
    for name, state in states_of(definition):
        for action, target in _targets(state):
            yield {
                "by": "task",
                "from": [machine["stateMachineArn"]],
                "state": name,
                "to": target,
                "actions": [action],
            }


def states_of(definition: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state with its name, those of branches and iterators too."""
    for name, state in definition.get("States", {}).items() if isinstance(definition, dict) else ():
        yield name, state
        for inner in [*_dicts(state.get("Branches")), state.get("Iterator"), state.get("ItemProcessor")]:
            yield from states_of(inner)


def _targets(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if state.get("Type") != "Task":
        return
    resource = str(state.get("Resource"))
    integration = _INTEGRATION.match(resource)
    if integration is None:
        yield "lambda:invoke", resource
        return
    find = _DESTINATIONS.get(integration[1])
    given = state.get("Parameters") or state.get("Arguments") or {}
    for target in find(given) if find and isinstance(given, dict) else ():
        if isinstance(target, str) and not target.startswith("{%"):
            yield integration[1], target


def _dicts(value: Any) -> list[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict)]
