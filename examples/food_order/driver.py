"""Places orders as customers and restaurants would: over HTTP, with no header but what a client sends.

Nobody waits for a fixed time: whose turn it is can be read in the functions' logs.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from hopscope_stage import Deployment, Stage
from hopscope_stage.errors import NotSettled
from hopscope_stage.logs import lines_of

from .board import PATIENCE_S, Board, Said
from .plan import PlannedOrder

AT_ONCE = 6
"""Orders under way at the same time."""

MINUTES = 25
"""When the food will be ready, says the restaurant."""

LAST_LINES = 12
"""Of a log, when something went wrong: a stack trace of a small handler."""


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What became of a planned order."""

    planned: PlannedOrder
    answers: Mapping[str, int]
    """HTTP status of each call that was made: `place`, `accept`, `complete`."""

    said: Said
    """What the functions said about it, and how often."""


@dataclass(frozen=True, slots=True)
class Driver:
    """The people around the system."""

    deployment: Deployment
    board: Board

    def live(self, order: PlannedOrder, followers: Mapping[str, PlannedOrder]) -> list[PlacedOrder]:
        """Everything that happens to one order, and to the one that is placed while it is half way."""
        order_id = order.order_id
        answers = {"place": self._ask("place-order", "/orders", order.body)}
        said = self.board.wait(order_id, "where it should be", is_given_up if order.is_stuck else is_with_restaurant)
        follower = followers.get(order_id)
        lived = self.live(follower, followers) if follower else []
        if order.is_completed:
            answers["accept"] = self._ask("accept-order", f"/orders/{order_id}/accept", {"minutes": MINUTES})
            self.board.wait(order_id, "confirmed", is_confirmed)
            paid = {"paidCents": order.body["totalCents"]}
            answers["complete"] = self._ask("complete-order", f"/orders/{order_id}/complete", paid)
            said = self.board.wait(order_id, "over", lambda said: is_over(order, said))
        return [PlacedOrder(order, answers, said), *lived]

    def _ask(self, function: str, path: str, body: Mapping[str, Any]) -> int:
        """The status of what the function behind this path answers.

        Raises:
            NotSettled: it refused, so the order will not go on; with the end of its log.
        """
        url = self.deployment.url("api.orders") + path
        request = urllib.request.Request(  # noqa: S310 - the stage's own URL
            url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            log = "\n".join(lines_of(self.deployment, function)[-LAST_LINES:])
            raise NotSettled(
                f"POST {path} was answered {refused.code}; the end of the log of {function}:\n{log}"
            ) from refused


def is_with_restaurant(said: Said) -> bool:
    """The restaurant has its ticket, and somebody waits for its answer."""
    return "ticket printed" in said and ("restaurant notified" in said or "waiting for acceptance" in said)


def is_given_up(said: Said) -> bool:
    """The ticket is a dead letter, and somebody waits for an answer that cannot come."""
    return "restaurant notified" in said and any(each.startswith("given up") for each in said)


def is_confirmed(said: Said) -> bool:
    """The customer knows, and somebody waits for the order to be handed over."""
    return "user notified" in said or "waiting for completion" in said


def is_over(order: PlannedOrder, said: Said) -> bool:
    """Everybody who had something to do with the order has done it."""
    awarded = sum(count for each, count in said.items() if each.endswith("points awarded"))
    promo = "promo redeemed" in said or "promoCode" not in order.body
    return awarded >= order.deliveries_of_completion and "mail sent" in said and promo


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
    with Board(deployment) as board, ThreadPoolExecutor(AT_ONCE) as people:
        driver = Driver(deployment, board)
        lives: list[Future[list[PlacedOrder]]] = []
        for order in opening(order for order in orders if not order.behind):
            lives.append(people.submit(driver.live, order, followers))
            if len(lives) == 1:
                wait(lives)
        for life in lives:
            for lived in _result(life, lives):
                placed.append(lived)
                report(f"{lived.planned.order_id} {lived.planned.fate} ({lived.planned.via})")
    stage.settle(deployment)
    return sorted(placed, key=lambda order: order.planned.order_id)


def opening(orders: Iterable[PlannedOrder]) -> list[PlannedOrder]:
    """The orders, a plain one in front: it lives alone, and with it each function starts once.

    Placed all at once, the first orders would start every function many times over, at 0.3 s of processor and
    43 MB each.
    """
    return sorted(orders, key=lambda order: (order.fate, order.via) != ("smooth", "choreography"))


def _result(life: "Future[list[PlacedOrder]]", lives: list["Future[list[PlacedOrder]]"]) -> list[PlacedOrder]:
    """What became of the order; when it went wrong, those not begun yet are called off."""
    try:
        return life.result()
    except BaseException:
        for other in lives:
            other.cancel()
        raise
