"""Functions, what calls them by itself, and where their failures go."""

from collections.abc import Iterator, Sequence
from typing import Any

from hopscope_collector.topology.account.asking import Account

OUR_WRAPPER = "/opt/hopscope"
OUR_HANDLER = "hopscope_layer.handler"


def described(account: Account) -> list[dict[str, Any]]:
    """Every function, as Lambda lists it."""
    return list(account.each("lambda", "list_functions", "Functions"))


def node(function: dict[str, Any]) -> dict[str, Any]:
    """One function; traced when it runs through our wrapper or handler."""
    wrapper = function.get("Environment", {}).get("Variables", {}).get("AWS_LAMBDA_EXEC_WRAPPER")
    return {
        "id": function["FunctionArn"],
        "kind": "function",
        "name": function["FunctionName"],
        "timeout_s": function.get("Timeout", 3),
        "is_traced": wrapper == OUR_WRAPPER or function.get("Handler") == OUR_HANDLER,
    }


def routes(account: Account, functions: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Event sources, destinations, and DLQs of asynchronous invocations."""
    for mapping in account.each("lambda", "list_event_source_mappings", "EventSourceMappings"):
        if "EventSourceArn" in mapping:  # self-managed Kafka has none
            yield _event_source(mapping)
    found = account.all(lambda function: list(_destinations(account, function)), functions)
    for function, destinations in zip(functions, found, strict=True):
        dead_letters = function.get("DeadLetterConfig", {}).get("TargetArn")
        if dead_letters:
            arn = function["FunctionArn"]
            yield {"id": arn, "kind": "redrive", "from": arn, "to": dead_letters}
        yield from destinations


def _event_source(mapping: dict[str, Any]) -> dict[str, Any]:
    filters = mapping.get("FilterCriteria", {}).get("Filters")
    return {
        "id": mapping["UUID"],
        "kind": "event-source",
        "from": table_of(mapping["EventSourceArn"]),
        "to": mapping["FunctionArn"],
        **({"filters": filters} if filters else {}),
        "batch_size": mapping.get("BatchSize"),
        "reports_failures": "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", []),
        "is_enabled": mapping.get("State") not in ("Disabled", "Disabling"),
        "dead_letters": mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
    }


def _destinations(account: Account, function: dict[str, Any]) -> Iterator[dict[str, Any]]:
    configs = account.each(
        "lambda",
        "list_function_event_invoke_configs",
        "FunctionEventInvokeConfigs",
        FunctionName=function["FunctionName"],
    )
    for config in configs:
        for when, condition in (("OnSuccess", "success"), ("OnFailure", "failure")):
            target = config.get("DestinationConfig", {}).get(when, {}).get("Destination")
            if target:
                arn = function["FunctionArn"]
                yield {"id": arn, "kind": "destination", "condition": condition, "from": arn, "to": target}


def table_of(arn: str) -> str:
    """The stream of a table stands for the table."""
    return arn.split("/stream/", 1)[0] if ":dynamodb:" in arn else arn
