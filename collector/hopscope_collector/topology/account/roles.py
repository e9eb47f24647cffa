"""Where functions may send, by the policies of their roles."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from hopscope_collector.topology.account.asking import Account

_SENDING = re.compile(
    r"(sqs:(SendMessage|\*)|sns:(Publish|\*)|events:(PutEvents|\*)|states:(Start(Sync)?Execution|\*)"
    r"|lambda:(Invoke(Function|Async)|\*)|kinesis:(PutRecords?|\*)|firehose:(PutRecord(Batch)?|\*))"
)


def sends(account: Account, functions: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One permission a role and destination, of every function that has the role."""
    by_role: dict[str, list[str]] = {}
    for function in functions:
        by_role.setdefault(str(function.get("Role")), []).append(function["FunctionArn"])
    roles = sorted(by_role.items())
    found = account.all(lambda each: list(_policies(account, each[0].rsplit("/", 1)[-1])), roles)
    for (_, senders), documents in zip(roles, found, strict=True):
        for document in documents:
            for target, actions in permitted(document):
                yield {"by": "role", "from": sorted(senders), "to": target, "actions": actions}


def _policies(account: Account, role: str) -> Iterator[Any]:
    for name in account.each("iam", "list_role_policies", "PolicyNames", RoleName=role):
        yield account.one("iam", "get_role_policy", RoleName=role, PolicyName=name).get("PolicyDocument")
    for attached in account.each("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role):
        arn = attached["PolicyArn"]
        if ":iam::aws:" in arn:
            continue  # AWS's own ones name no destination
        version = account.one("iam", "get_policy", PolicyArn=arn).get("Policy", {}).get("DefaultVersionId")
        if version:
            found = account.one("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
            yield found.get("PolicyVersion", {}).get("Document")


def permitted(document: Any) -> Iterator[tuple[str, list[str]]]:
    """Destination and sending actions of every statement that allows some."""
    statements = document.get("Statement", ()) if isinstance(document, dict) else ()
    for statement in _listed(statements):
        actions = [each for each in _listed(statement.get("Action", ())) if _SENDING.fullmatch(str(each))]
        if statement.get("Effect") == "Allow" and actions:
            for resource in _listed(statement.get("Resource", ())):
                if resource != "*":
                    yield str(resource), actions


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
