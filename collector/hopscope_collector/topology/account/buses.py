"""Buses and their rules, pipes, schedules."""

import json
from collections.abc import Iterator
from typing import Any

from hopscope_collector.topology.account.asking import Account

DEFAULT_BUS = "default"


def nodes(account: Account) -> Iterator[dict[str, Any]]:
    """Every bus; the default one only when it has rules of its own, which `document` decides."""
    for bus in account.each("events", "list_event_buses", "EventBuses"):
        yield {"id": bus["Arn"], "kind": "bus", "name": bus["Name"]}


def routes(account: Account) -> Iterator[dict[str, Any]]:
    """One route a target of a rule, a pipe or a schedule."""
    for bus in account.each("events", "list_event_buses", "EventBuses"):
        for rule in account.each("events", "list_rules", "Rules", EventBusName=bus["Name"]):
            yield from _of_rule(account, bus, rule)
    for pipe in account.each("pipes", "list_pipes", "Pipes"):
        yield _of_pipe(account.one("pipes", "describe_pipe", Name=pipe["Name"]) or pipe)
    for schedule in account.each("scheduler", "list_schedules", "Schedules"):
        yield from _of_schedule(account, schedule)


def _of_rule(account: Account, bus: dict[str, Any], rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    schedule, pattern = rule.get("ScheduleExpression"), rule.get("EventPattern")
    for target in account.each(
        "events", "list_targets_by_rule", "Targets", Rule=rule["Name"], EventBusName=bus["Name"]
    ):
        yield {
            "id": rule["Name"],
            "kind": "schedule" if schedule else "rule",
            "from": None if schedule else bus["Arn"],
            "to": target["Arn"],
            **({"pattern": json.loads(pattern)} if pattern else {}),
            **({"schedule": schedule} if schedule else {}),
            "is_enabled": rule.get("State") != "DISABLED",
            "keeps_event": not any(target.get(name) for name in ("Input", "InputPath", "InputTransformer")),
            "dead_letters": target.get("DeadLetterConfig", {}).get("Arn"),
        }


def _of_pipe(pipe: dict[str, Any]) -> dict[str, Any]:
    criteria = pipe.get("SourceParameters", {}).get("FilterCriteria", {})
    return {
        "id": pipe["Name"],
        "kind": "pipe",
        "from": pipe["Source"],
        "to": pipe["Target"],
        **({"filters": criteria["Filters"]} if criteria.get("Filters") else {}),
        **({"enrichment": pipe["Enrichment"]} if pipe.get("Enrichment") else {}),
        "is_enabled": pipe.get("DesiredState") != "STOPPED",
        "keeps_event": not pipe.get("TargetParameters", {}).get("InputTemplate"),
        "dead_letters": None,
    }


def _of_schedule(account: Account, listed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    group = listed.get("GroupName", "default")
    schedule = account.one("scheduler", "get_schedule", Name=listed["Name"], GroupName=group)
    target = schedule.get("Target", listed.get("Target", {}))
    if "Arn" in target:
        yield {
            "id": listed["Name"],
            "kind": "schedule",
            "from": None,
            "to": target["Arn"],
            "schedule": schedule.get("ScheduleExpression"),
            "is_enabled": schedule.get("State") != "DISABLED",
            "dead_letters": target.get("DeadLetterConfig", {}).get("Arn"),
        }
