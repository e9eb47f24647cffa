"""Topics and their subscriptions."""

import json
from collections.abc import Iterator
from typing import Any

from hopscope_collector.topology.account.asking import Account

_NOT_IN_FORCE = frozenset({"PendingConfirmation", "Deleted"})
"""What stands in place of an ARN before somebody confirms a subscription, and after it is gone."""


def nodes(account: Account) -> Iterator[dict[str, Any]]:
    """Every topic."""
    for topic in account.each("sns", "list_topics", "Topics"):
        name = topic["TopicArn"].rsplit(":", 1)[-1]
        yield {"id": topic["TopicArn"], "kind": "topic", "name": name, "is_fifo": name.endswith(".fifo")}


def routes(account: Account) -> Iterator[dict[str, Any]]:
    """Every confirmed subscription."""
    listed = account.each("sns", "list_subscriptions", "Subscriptions")
    in_force = [each for each in listed if each["SubscriptionArn"] not in _NOT_IN_FORCE]

    def describe(subscription: dict[str, Any]) -> dict[str, Any]:
        arn = subscription["SubscriptionArn"]
        return account.one("sns", "get_subscription_attributes", SubscriptionArn=arn).get("Attributes") or {}

    for subscription, facts in zip(in_force, account.all(describe, in_force), strict=True):
        arn = subscription["SubscriptionArn"]
        policy, redrive = facts.get("FilterPolicy"), facts.get("RedrivePolicy")
        yield {
            "id": arn.rsplit(":", 1)[-1],
            "kind": "subscription",
            "protocol": subscription["Protocol"],
            "from": subscription["TopicArn"],
            "to": subscription["Endpoint"],
            **(
                {
                    "filter_policy": json.loads(policy),
                    "filter_policy_scope": facts.get("FilterPolicyScope", "MessageAttributes"),
                }
                if policy
                else {}
            ),
            "keeps_event": facts.get("RawMessageDelivery") != "true",
            "dead_letters": json.loads(redrive).get("deadLetterTargetArn") if redrive else None,
        }
