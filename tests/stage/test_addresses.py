"""Names and ARNs are known before anything exists, and nothing may mention what is not there."""

import pytest

from hopscope_stage import App, Bus, Machine, Queue, Rule, Source, Subscription, Topic, load
from hopscope_stage.addresses import Directory, Place, check, mentioned
from hopscope_stage.errors import UnknownAddress

PLACE = Place(account="123456789012", region="eu-west-1", prefix="demo-")


def test_an_arn_follows_from_kind_name_and_place():
    app = App("shop", queues=(Queue("work"),), buses=(Bus("orders"),), machines=(Machine("flow", "{}"),))

    directory = Directory.of(app, PLACE)

    assert [directory.arn(address) for address in ("queue.work", "bus.orders", "machine.flow", "role.shop")] == [
        "arn:aws:sqs:eu-west-1:123456789012:demo-work",
        "arn:aws:events:eu-west-1:123456789012:event-bus/demo-orders",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:demo-flow",
        "arn:aws:iam::123456789012:role/demo-shop",
    ]


def test_text_mentions_things_by_address():
    directory = Directory.of(App("shop", queues=(Queue("work"),)), PLACE)
    directory.learn("queue.work", url="http://localhost/work")

    filled = directory.fill("${queue.work.url} ${queue.work.name} $.input ${not.an.address}")

    assert filled == "http://localhost/work demo-work $.input ${not.an.address}"


def test_what_is_not_known_yet_is_named():
    directory = Directory.of(App("shop", queues=(Queue("work"),)), PLACE)

    with pytest.raises(UnknownAddress, match=r"queue\.work has no url; it has arn, name"):
        directory.url("queue.work")
    with pytest.raises(UnknownAddress, match=r"nothing is called 'queue\.play'"):
        directory.name("queue.play")


@pytest.mark.parametrize(
    "app",
    [
        App("a", queues=(Queue("work", dead_letters="missing"),)),
        App("a", topics=(Topic("news", (Subscription("queue.missing"),)),)),
        App("a", buses=(Bus("b", (Rule("r", {}, to=("queue.missing",)),)),)),
        App("a", sources=(Source("queue.missing", to="missing"),)),
        App("a", machines=(Machine("m", "${queue.missing.arn}"),)),
    ],
)
def test_an_app_may_only_mention_what_it_has(app):
    with pytest.raises(UnknownAddress, match="missing"):
        check(app)


def test_the_food_order_mentions_nothing_that_is_not_there():
    app = load("food_order").app()

    check(app)

    assert "function.wait-for-acceptance" in set(mentioned(app))
