"""SNS topics and their subscriptions."""

import json
from functools import partial

from hopscope_stage.provision.lambda_ import allow
from hopscope_stage.provision.site import Site
from hopscope_stage.shapes import App, Subscription, Topic


def create(site: Site, app: App) -> None:
    """Every topic; who listens comes later, when it exists."""
    sns = site.client("sns")
    for topic in app.topics:
        name = site.directory.name(f"topic.{topic.name}")
        attributes = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
        arn = sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]
        site.made(f"topic {name}", partial(sns.delete_topic, TopicArn=arn))


def connect(site: Site, app: App) -> None:
    """Every subscription."""
    for topic in app.topics:
        for subscription in topic.subscriptions:
            _subscribe(site, topic, subscription)


def _subscribe(site: Site, topic: Topic, subscription: Subscription) -> None:
    sns = site.client("sns")
    topic_arn = site.directory.arn(f"topic.{topic.name}")
    attributes: dict[str, str] = {}
    if subscription.is_raw:
        attributes["RawMessageDelivery"] = "true"
    if subscription.filter_policy is not None:
        attributes["FilterPolicy"] = json.dumps(subscription.filter_policy)
    kind, _, name = subscription.to.partition(".")
    if kind == "function":
        allow(site, name, "sns.amazonaws.com", topic_arn)
    made = sns.subscribe(
        TopicArn=topic_arn,
        Protocol="lambda" if kind == "function" else "sqs",
        Endpoint=site.directory.arn(subscription.to),
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    site.made(f"subscription of {topic.name}", partial(sns.unsubscribe, SubscriptionArn=made["SubscriptionArn"]))
