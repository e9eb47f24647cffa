"""APIs, buckets and streams."""

import re
from collections.abc import Iterator
from typing import Any

from hopscope_collector.topology.account.asking import Account

_ARN_IN_PATH = re.compile(r"arn:[^:]+:lambda:[^/]+?(?=/invocations|$)")


def stream_nodes(account: Account) -> Iterator[dict[str, Any]]:
    """Every Kinesis stream."""
    for stream in account.each("kinesis", "list_streams", "StreamSummaries"):
        yield {"id": stream["StreamARN"], "kind": "stream", "name": stream["StreamName"]}


def api_nodes_and_routes(account: Account) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """HTTP APIs and REST APIs, with the routes that call a function."""
    http = list(account.each("apigatewayv2", "get_apis", "Items"))
    rest = list(account.each("apigateway", "get_rest_apis", "items"))
    nodes = [{"id": api["ApiId"], "kind": "api", "name": api.get("Name")} for api in http]
    nodes += [{"id": api["id"], "kind": "api", "name": api.get("name")} for api in rest]
    routes = [route for api in http for route in _http_routes(account, api["ApiId"])]
    return nodes, routes + [route for api in rest for route in _rest_routes(account, api["id"])]


def _http_routes(account: Account, api_id: str) -> Iterator[dict[str, Any]]:
    integrations = {
        f"integrations/{each['IntegrationId']}": each.get("IntegrationUri")
        for each in account.each("apigatewayv2", "get_integrations", "Items", ApiId=api_id)
    }
    for route in account.each("apigatewayv2", "get_routes", "Items", ApiId=api_id):
        target = function_in(integrations.get(route.get("Target")))
        if target:
            yield {"id": route["RouteId"], "kind": "api", "route": route["RouteKey"], "from": api_id, "to": target}


def _rest_routes(account: Account, api_id: str) -> Iterator[dict[str, Any]]:
    for resource in account.each("apigateway", "get_resources", "items", restApiId=api_id, embed=["methods"]):
        for method, facts in resource.get("resourceMethods", {}).items():
            target = function_in(facts.get("methodIntegration", {}).get("uri"))
            if target:
                route = f"{method} {resource.get('path', '/')}"
                yield {"id": resource["id"], "kind": "api", "route": route, "from": api_id, "to": target}


def function_in(address: str | None) -> str | None:
    """The ARN of the function inside an integration's address. None when it calls something else."""
    found = _ARN_IN_PATH.search(address or "")
    return found[0] if found else None


def bucket_nodes_and_routes(account: Account) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Buckets that tell somebody of their objects, and whom."""
    nodes, routes = [], []
    for bucket in account.each("s3", "list_buckets", "Buckets"):
        told = list(_notifications(account, bucket["Name"]))
        if told:
            nodes.append({"id": f"arn:aws:s3:::{bucket['Name']}", "kind": "bucket", "name": bucket["Name"]})
            routes += told
    return nodes, routes


def _notifications(account: Account, bucket: str) -> Iterator[dict[str, Any]]:
    configured = account.one("s3", "get_bucket_notification_configuration", Bucket=bucket)
    for group, target in (
        ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
        ("QueueConfigurations", "QueueArn"),
        ("TopicConfigurations", "TopicArn"),
    ):
        for each in configured.get(group, ()):
            arn = f"arn:aws:s3:::{bucket}"
            for event in each.get("Events", ()):
                yield {"id": arn, "kind": "notification", "from": arn, "to": each[target], "event": event}
