"""A live account as the file that `serverless hopscope topology` writes."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from hopscope_collector.resource_names import resource_name
from hopscope_collector.topology.account import buses, functions, machines, others, queues, roles, topics
from hopscope_collector.topology.account.asking import Account
from hopscope_collector.topology.read import VERSION

_KINDS = {
    "sqs": "queue",
    "sns": "topic",
    "events": "bus",
    "lambda": "function",
    "states": "machine",
    "kinesis": "stream",
    "dynamodb": "table",
    "s3": "bucket",
    "firehose": "firehose",
    "logs": "log-group",
}

_QUALIFIED = re.compile(r"(arn:[^:]+:(?:lambda|states):[^:]*:[^:]*:(?:function|stateMachine):[^:]+):[^:]+$")

_ADDRESS = re.compile(r"https?:|.*@|\+?\d+$")
"""Of a person or a page, where a topic may lead."""

_QUEUE_URL = re.compile(r"https://(sqs|queue)\.|https://[^/]+\.queue\.")


@dataclass(frozen=True, slots=True)
class Declared:
    """What was found, and what could not be read."""

    document: Mapping[str, Any]
    unreadable: Mapping[str, str]
    """AWS's own words by call, such as `pipes:ListPipes`."""


def declared_in(session: boto3.Session, prefixes: Iterable[str] = ()) -> Declared:
    """The topology of the session's account and region.

    Args:
        session: Whose credentials need `topology-reader` of docs/topology.md; what they lack is left out and named.
        prefixes: Keep only nodes whose name begins so, and what is connected to them. Empty: all.

    Raises:
        SourceFailed: AWS does not answer.
    """
    account = Account(session)
    lambdas, found_machines = functions.described(account), machines.described(account)
    found_queues, redrives = queues.nodes_and_routes(account)
    apis, api_routes = others.api_nodes_and_routes(account)
    buckets, notifications = others.bucket_nodes_and_routes(account)
    nodes = [
        *buses.nodes(account),
        *topics.nodes(account),
        *others.stream_nodes(account),
        *found_queues,
        *map(functions.node, lambdas),
        *map(machines.node, found_machines),
        *apis,
        *buckets,
    ]
    routes = [
        *buses.routes(account),
        *topics.routes(account),
        *functions.routes(account, lambdas),
        *redrives,
        *api_routes,
        *notifications,
    ]
    sends = [*(send for each in found_machines for send in machines.sends(each)), *roles.sends(account, lambdas)]
    about = {"region": session.region_name or ""}
    found = _Found(nodes, [_unqualified(each) for each in routes], [_unqualified(each) for each in sends])
    topology = {**about, **found.whose_names_begin(tuple(prefixes)).sorted()}
    return Declared({"hopscope": VERSION, "topology": topology}, account.unreadable)


@dataclass(frozen=True, slots=True)
class _Found:
    """Nodes, routes and sends as the file has them."""

    nodes: list[dict[str, Any]]
    routes: list[dict[str, Any]]
    sends: list[dict[str, Any]]

    def whose_names_begin(self, prefixes: tuple[str, ...]) -> "_Found":
        """The nodes of these names, what is connected to them, and a foreign node for what is only named."""
        names = {node["id"]: str(node["name"] or "") for node in self.nodes}
        wanted = {each for each, name in names.items() if not prefixes or name.startswith(prefixes)}
        routes = [each for each in self.routes if {each["from"], each["to"]} & wanted]
        sends = [each for each in self.sends if {*each["from"], each["to"]} & wanted]
        ends = {end for each in routes for end in (each["from"], each["to"], each.get("dead_letters")) if end}
        ends |= {end for each in sends for end in (*each["from"], each["to"])}
        unused = {node["id"] for node in self.nodes if node["name"] == buses.DEFAULT_BUS} - ends
        used = (wanted | ends) - unused
        kept = [node for node in self.nodes if node["id"] in used]
        return _Found([*kept, *map(_foreign, sorted(used - set(names)))], routes, sends)

    def sorted(self) -> dict[str, list[dict[str, Any]]]:
        """The same account gives the same bytes."""
        return {"nodes": _sorted(self.nodes), "routes": _sorted(self.routes), "sends": _sorted(self.sends)}


def _unqualified(entry: dict[str, Any]) -> dict[str, Any]:
    """The same, an alias or version of a function or state machine standing for it."""
    ends = {name: entry[name] for name in ("from", "to") if name in entry}
    return {
        **entry,
        **{name: _QUALIFIED.sub(r"\1", end) if isinstance(end, str) else end for name, end in ends.items()},
    }


def _foreign(node_id: str) -> dict[str, Any]:
    """A node for what is only named: an ARN of another account, an address, the name of a bus."""
    return {"id": node_id, "kind": _kind_of(node_id), "name": resource_name(node_id), "is_foreign": True}


def _kind_of(node_id: str) -> str:
    if node_id.startswith("arn:") and node_id.count(":") > 4:
        _, _, service, _, _, resource = node_id.split(":", 5)
        kind = resource.split("/")[0]
        is_other = service == "events" and kind != "event-bus"  # an API destination, an archive
        return kind if is_other else _KINDS.get(service, service)
    if _QUEUE_URL.match(node_id):
        return "queue"
    return "address" if _ADDRESS.match(node_id) else "bus"


def _sorted(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(entries, key=lambda each: (str(each.get("id")), json.dumps(each, sort_keys=True)))
