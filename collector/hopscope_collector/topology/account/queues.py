"""Queues, and where they put what nobody takes."""

import json
from collections.abc import Iterator
from typing import Any

from hopscope_collector.topology.account.asking import Account

_ASKED = ["QueueArn", "VisibilityTimeout", "RedrivePolicy"]


def nodes_and_routes(account: Account) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Every queue, and a redrive of each that has one."""
    described = list(_described(account))
    queues = [
        {
            "id": facts["QueueArn"],
            "kind": "queue",
            "name": facts["QueueArn"].rsplit(":", 1)[-1],
            "visibility_s": int(facts.get("VisibilityTimeout", 30)),
            "is_fifo": facts["QueueArn"].endswith(".fifo"),
        }
        for facts in described
    ]
    return queues, [_redrive(facts) for facts in described if facts.get("RedrivePolicy")]


def _described(account: Account) -> Iterator[dict[str, Any]]:
    def describe(url: str) -> dict[str, Any]:
        return account.one("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=_ASKED).get("Attributes") or {}

    found = account.all(describe, account.each("sqs", "list_queues", "QueueUrls"))
    return (facts for facts in found if "QueueArn" in facts)


def _redrive(facts: dict[str, Any]) -> dict[str, Any]:
    policy = json.loads(facts["RedrivePolicy"])
    return {
        "id": facts["QueueArn"],
        "kind": "redrive",
        "from": facts["QueueArn"],
        "to": policy["deadLetterTargetArn"],
        "after_receives": int(policy.get("maxReceiveCount", 10)),
    }
