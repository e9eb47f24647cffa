"""SQS queues and who may send to them."""

import json
from collections.abc import Iterator
from functools import partial

from hopscope_stage.provision.site import Site, policy, statement
from hopscope_stage.shapes import App, Queue


def create(site: Site, app: App) -> None:
    """Every queue, those that take dead letters first."""
    for queue in sorted(app.queues, key=lambda queue: queue.dead_letters is not None):
        _create_queue(site, app, queue)


def _create_queue(site: Site, app: App, queue: Queue) -> None:
    sqs = site.client("sqs")
    address = f"queue.{queue.name}"
    name = site.directory.name(address)
    attributes = {"VisibilityTimeout": str(queue.visibility_s)}
    if name.endswith(".fifo"):
        attributes["FifoQueue"] = "true"
    if queue.dead_letters:
        attributes["RedrivePolicy"] = json.dumps(
            {
                "deadLetterTargetArn": site.directory.arn(f"queue.{queue.dead_letters}"),
                "maxReceiveCount": queue.max_receives,
            }
        )
    senders = list(_senders(site, app, address))
    if senders:
        attributes["Policy"] = policy(
            *(statement(service, "sqs:SendMessage", site.directory.arn(address), arn) for service, arn in senders)
        )
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    site.made(f"queue {name}", partial(sqs.delete_queue, QueueUrl=url))
    site.directory.learn(address, url=url)


def _senders(site: Site, app: App, address: str) -> Iterator[tuple[str, str]]:
    """Which service sends to the queue, on behalf of which topic or rule."""
    for topic in app.topics:
        if any(subscription.to == address for subscription in topic.subscriptions):
            yield "sns.amazonaws.com", site.directory.arn(f"topic.{topic.name}")
    for bus in app.buses:
        for rule in bus.rules:
            if address in rule.to or address == f"queue.{rule.dead_letters}":
                yield "events.amazonaws.com", rule_arn(site, bus.name, rule.name)


def rule_arn(site: Site, bus: str, rule: str) -> str:
    """The ARN that EventBridge gives to a rule of this bus."""
    bus_name = site.directory.name(f"bus.{bus}")
    return f"arn:aws:events:{site.place.region}:{site.place.account}:rule/{bus_name}/{site.place.prefix}{rule}"
