"""Log subscriptions, delivered as AWS does; bootstrap.py uses it.

What MiniStack 1.5.33 does otherwise:

* Only subscriptions of functions are delivered; those of streams and destinations are kept and nothing happens.
* Of a pattern `?a ?b` it wants every word; on AWS any of them is enough.
* CloudFormation knows no `AWS::Logs::Destination`.

A payload is what AWS puts: gzip of one JSON object, first a control message when a filter is made, then the events of
one stream of one group, each with an id. Deliveries are in order and at once; on AWS they are gathered, and may repeat.
"""

import base64
import gzip
import importlib.abc
import importlib.machinery
import importlib.util
import itertools
import json
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

PROVISIONERS = "ministack.services.cloudformation.provisioners"
STREAM, DESTINATION = ":kinesis:", ":destination:"

_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))')
_FIELD = re.compile(r'\{\s*\$\.([A-Za-z0-9_.]+)\s*=\s*"([^"]*)"\s*\}')
_EVENT_NUMBERS = itertools.count(1)


def deliver_to_streams(logs: Any, kinesis: Any) -> None:
    """Let subscriptions reach streams, directly or through a destination."""
    fan_out, put_filter = logs._fanout_to_subscription_filters, logs._put_subscription_filter

    def fan_out_everywhere(group: str, stream: str, events: Sequence[Mapping[str, Any]]) -> None:
        fan_out(group, stream, events)
        filters = (logs._log_groups.get(group) or {}).get("subscriptionFilters") or {}
        for each in filters.values():
            kept = [event for event in events if matches(each.get("filterPattern", ""), event.get("message", ""))]
            target = target_of(logs, each)
            if kept and target:
                content = {"owner": logs.get_account_id(), "logGroup": group, "logStream": stream}
                put(
                    kinesis,
                    target,
                    payload("DATA_MESSAGE", {**content, "subscriptionFilters": [each["filterName"]]}, kept),
                )

    def put_filter_and_check(data: Mapping[str, Any]) -> Any:
        answer = put_filter(data)
        target = target_of(logs, data)
        if answer[0] < 400 and target:
            said = [{"message": "CWL CONTROL MESSAGE: Checking health of destination Kinesis stream."}]
            put(
                kinesis,
                target,
                payload("CONTROL_MESSAGE", {"owner": "CloudwatchLogs", "logGroup": "", "logStream": ""}, said),
            )
        return answer

    logs._fanout_to_subscription_filters = fan_out_everywhere
    logs._put_subscription_filter = put_filter_and_check
    logs._subscription_pattern_matches = matches


def target_of(logs: Any, subscription: Mapping[str, Any]) -> str | None:
    """ARN of the stream that a subscription ends in; None when it ends elsewhere."""
    arn = str(subscription.get("destinationArn", ""))
    if DESTINATION in arn:
        arn = str((logs._destinations.get(arn.rpartition(":")[2]) or {}).get("targetArn", ""))
    return arn if STREAM in arn else None


def put(kinesis: Any, stream_arn: str, data: bytes) -> None:
    """One record into a stream."""
    kinesis._put_record(
        {"StreamARN": stream_arn, "PartitionKey": f"{time.time_ns():x}", "Data": base64.b64encode(data).decode()}
    )


def payload(kind: str, content: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> bytes:
    """What a subscription delivers."""
    now_ms = int(time.time() * 1_000)
    numbered = [
        {"id": f"{next(_EVENT_NUMBERS):056d}", "timestamp": each.get("timestamp", now_ms), "message": each["message"]}
        for each in events
    ]
    said = {"messageType": kind, "subscriptionFilters": [], **content, "logEvents": numbered}
    return gzip.compress(json.dumps(said).encode())


def matches(pattern: str, message: str) -> bool:
    """Whether a line fits a filter pattern: words, phrases, `?any -none`, or one field of JSON with `*`."""
    if field := _FIELD.fullmatch(pattern.strip()):
        return _field_matches(field[1].split("."), field[2], message)
    terms = [(mark, phrase or word) for mark, phrase, word in _TERM.findall(pattern)]
    any_of = [text for mark, text in terms if mark == "?"]
    all_of = [text for mark, text in terms if mark == ""]
    none_of = [text for mark, text in terms if mark == "-"]
    return (
        (not any_of or any(text in message for text in any_of))
        and all(text in message for text in all_of)
        and not any(text in message for text in none_of)
    )


def _field_matches(path: Sequence[str], wanted: str, message: str) -> bool:
    try:
        found = json.loads(message)
        for name in path:
            found = found[name]
    except (ValueError, KeyError, TypeError):
        return False
    return re.fullmatch(".*".join(map(re.escape, wanted.split("*"))), str(found)) is not None


class _WhenImported(importlib.abc.MetaPathFinder):
    """Runs something once a module has been imported: importing it now would cost every start 0.1 s."""

    def __init__(self, module: str, then: Callable[[Any], None]) -> None:
        self._module = module
        self._then = then

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:  # noqa: ARG002 - as importlib calls it
        """The module's own spec, with a loader that runs `then` at its end."""
        if name != self._module:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def execute_and_then(module: Any) -> None:
            execute(module)
            self._then(module)

        spec.loader.exec_module = execute_and_then  # type: ignore[method-assign]
        return spec


def provision_destinations(logs: Any) -> None:
    """Let CloudFormation make destinations for log subscriptions, once somebody asks CloudFormation for anything."""
    sys.meta_path.insert(0, _WhenImported(PROVISIONERS, lambda module: add_destinations(module, logs)))


def add_destinations(provisioners: Any, logs: Any) -> None:
    """Teach CloudFormation the resource."""

    def create(_logical_id: str, properties: Mapping[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
        name = properties["DestinationName"]
        given = {"TargetArn": "targetArn", "RoleArn": "roleArn", "DestinationPolicy": "accessPolicy"}
        logs._put_destination(
            {"destinationName": name, **{theirs: properties.get(ours, "") for ours, theirs in given.items()}}
        )
        return name, {"Arn": logs._destinations[name]["arn"]}

    def update(_name: str, _old: object, properties: Mapping[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        return create("", properties, stack)

    def delete(name: str, _properties: object) -> None:
        logs._delete_destination({"destinationName": name})

    handlers: dict[str, Callable[..., Any]] = {"create": create, "update": update, "delete": delete}
    provisioners._RESOURCE_HANDLERS["AWS::Logs::Destination"] = handlers
