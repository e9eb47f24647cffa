"""Places orders as customers and restaurants would: over HTTP, with no header but what a client sends.

Restaurants look at the table of orders to see what there is to do; nobody waits for a fixed time.
"""

import http
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from hopscope_stage import Deployment, Stage
from hopscope_stage.errors import NotSettled

from .plan import PlannedOrder

Item = Mapping[str, str]
"""An order as the table knows it: one text for each attribute."""

AT_ONCE = 6
"""Orders under way at the same time."""

PATIENCE_S = 60.0
"""For one step of one order: a ticket that is given up takes three times the queue's visibility timeout."""

LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What became of a planned order."""

    planned: PlannedOrder
    answers: Mapping[str, int]
    """HTTP status of each call that was made: `place`, `accept`, `complete`."""

    item: Item
    """The order as the table knew it in the end."""


class Board:
    """The table of orders, as the screens in the restaurants show it; one thread looks for everybody."""

    def __init__(self, stage: Stage, deployment: Deployment) -> None:
        self._dynamodb = stage.client("dynamodb")
        self._table = deployment.name("table.orders")
        self._items: dict[str, Item] = {}
        self._seen = threading.Condition()
        self._closing = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="board", daemon=True)

    def __enter__(self) -> "Board":
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._watcher.join()

    def wait(self, order_id: str, what: str, is_so: Callable[[Item], bool]) -> Item:
        """The order, once the table says so.

        Raises:
            NotSettled: names the order and what was waited for.
        """
        with self._seen:
            if not self._seen.wait_for(lambda: is_so(self._items.get(order_id, {})), PATIENCE_S):
                known = self._items.get(order_id)
                raise NotSettled(f"order {order_id} is not {what} after {PATIENCE_S:.0f} s; the table has {known}")
            return self._items[order_id]

    def _watch(self) -> None:
        while not self._closing.wait(LOOK_EVERY_S):
            pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table)
            found = [_plain(item) for page in pages for item in page["Items"]]
            with self._seen:
                self._items = {item["orderId"]: item for item in found}
                self._seen.notify_all()


def _plain(item: Mapping[str, Mapping[str, Any]]) -> Item:
    return {name: next(iter(value.values())) for name, value in item.items() if value.keys() & {"S", "N"}}


@dataclass(frozen=True, slots=True)
class Driver:
    """The people around the system."""

    api_url: str
    board: Board

    def live(self, order: PlannedOrder, followers: Mapping[str, PlannedOrder]) -> list[PlacedOrder]:
        """Everything that happens to one order, and to the one that is placed while it is half way."""
        answers = {"place": self._post("/orders", order.body)}
        if answers["place"] >= http.HTTPStatus.BAD_REQUEST:
            raise NotSettled(f"order {order.order_id} was answered {answers['place']}; the log of place-order says why")
        follower = followers.get(order.order_id)
        item = self.board.wait(order.order_id, *_handed_over(order))
        lived = self.live(follower, followers) if follower else []
        if order.is_completed:
            answers["accept"] = self._post(f"/orders/{order.order_id}/accept", {"minutes": 25})
            self.board.wait(order.order_id, "confirmed to the customer", _has(status="user_notified"))
            answers["complete"] = self._post(f"/orders/{order.order_id}/complete", {})
            item = self.board.wait(order.order_id, "over", _is_over(order))
        return [PlacedOrder(order, answers, item), *lived]

    def _post(self, path: str, body: Mapping[str, Any]) -> int:
        request = urllib.request.Request(  # noqa: S310 - the stage's own URL
            self.api_url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code


def _has(**facts: str) -> Callable[[Item], bool]:
    return lambda item: all(item.get(name) == value for name, value in facts.items())


def _handed_over(order: PlannedOrder) -> tuple[str, Callable[[Item], bool]]:
    """What the table says when it is the restaurant's turn, or when it never will be."""
    if order.fate == "printer-broken":
        return "given up", lambda item: "deadLetter" in item and item["status"] == "restaurant_notified"
    return "with the restaurant", _has(status="restaurant_notified", ticket="printed")


def _is_over(order: PlannedOrder) -> Callable[[Item], bool]:
    facts = {"points": str(order.points), **({"promo": "redeemed"} if "promoCode" in order.body else {})}
    return _has(**facts)


def run(
    stage: Stage, deployment: Deployment, orders: Iterable[PlannedOrder], report: Callable[[str], None] = print
) -> list[PlacedOrder]:
    """Place every order, see it through, and return when nothing moves any more.

    Args:
        report: told of every order that is over.

    Raises:
        NotSettled: an order did not get where its fate leads.
    """
    orders = list(orders)
    followers = {order.behind: order for order in orders if order.behind}
    placed: list[PlacedOrder] = []
    with Board(stage, deployment) as board, ThreadPoolExecutor(AT_ONCE) as people:
        driver = Driver(deployment.url("api.orders"), board)
        lives = [people.submit(driver.live, order, followers) for order in orders if not order.behind]
        for life in lives:
            for order in _result(life, lives):
                placed.append(order)
                report(f"{order.planned.order_id} {order.planned.fate} ({order.planned.via})")
    stage.settle(deployment)
    return sorted(placed, key=lambda order: order.planned.order_id)


def _result(life: "Future[list[PlacedOrder]]", lives: list["Future[list[PlacedOrder]]"]) -> list[PlacedOrder]:
    """What became of the order; when it went wrong, those not begun yet are called off."""
    try:
        return life.result()
    except BaseException:
        for other in lives:
            other.cancel()
        raise
