"""Which orders will be placed, and what will happen to each (pure).

smooth            accepted and completed
half-way          placed while another order of the same restaurant is half way
never-accepted    the ticket is printed, and nobody in the restaurant reacts
printer-asleep    the ticket fails twice and is printed at the third attempt
printer-broken    the ticket ends in the dead-letter queue, so nobody can accept
promo-late        the promo code fails alone out of its batch, and is redeemed at the second attempt
counted-twice     a large order: two rules deliver its completion to the same function
"""

import math
import random
from dataclasses import dataclass
from typing import Any, Literal, get_args

from .deployment import LARGE_ORDER_CENTS

Fate = Literal[
    "smooth", "half-way", "never-accepted", "printer-asleep", "printer-broken", "promo-late", "counted-twice"
]
FATES: tuple[Fate, ...] = get_args(Fate)

Via = Literal["choreography", "state-machine"]

SHARE_OF_TROUBLE = 0.2
"""Of the orders beyond the first of each fate."""

SHARE_OF_STATE_MACHINES = 0.3
"""Of the orders that can go either way."""

RESTAURANTS = ["Pizzeria Vesuvio", "Golden Wok", "Taquería Sol", "Café Größenwahn", "寿司 Hana", "Burger & Söhne"]
DISHES = ["Margherita", "Mapo tofu", "Tacos al pastor", "Schnitzel", "Nigiri", "Cheeseburger", "Falafel", "Pho"]
PROMO_CODES = ["LUNCH-10", "FRIEND-5", "RAINY-DAY"]


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order and its fate."""

    order_id: str
    fate: Fate
    via: Via
    body: dict[str, Any]
    """What the customer's phone sends."""

    behind: str | None = None
    """Id of the order that is half way when this one is placed. None when it does not matter."""

    @property
    def is_completed(self) -> bool:
        """Whether the order is accepted and completed in the end."""
        return self.fate not in {"never-accepted", "printer-broken"}

    @property
    def is_stuck(self) -> bool:
        """Whether it ends as a dead letter."""
        return self.fate == "printer-broken"

    @property
    def deliveries_of_completion(self) -> int:
        """How often `award-points` is told that the order is completed."""
        return 2 if self.fate == "counted-twice" else int(self.is_completed)


def plan(flows: int, seed: int) -> tuple[PlannedOrder, ...]:
    """The orders of one run; the same for the same arguments. Eight or more hold every fate."""
    chance = random.Random(seed)  # noqa: S311 - a plan that repeats, not a secret
    first_number = 1001 + 100 * chance.randrange(90)
    orders: list[PlannedOrder] = []
    fates = _fates(flows, chance)
    by_machine = _by_state_machine(fates, chance)
    for number, fate in enumerate(fates):
        order_id = f"o-{first_number + number}"
        via: Via = "state-machine" if number in by_machine else "choreography"
        behind = orders[-1] if fate == "half-way" else None
        body = _body(order_id, fate, via, chance)
        if behind:
            body["restaurant"] = behind.body["restaurant"]
        orders.append(PlannedOrder(order_id, fate, via, body, behind.order_id if behind else None))
    return tuple(orders)


def _fates(flows: int, chance: random.Random) -> list[Fate]:
    """One of each as far as they go, in any order; a half-way order follows the smooth one it overtakes."""
    troubles = FATES[2:]
    fates = list(FATES)[:flows]
    more = flows - len(fates)
    troubled = int(more * SHARE_OF_TROUBLE)
    fates.extend(chance.choices(troubles, k=troubled))
    fates.extend(FATES[0] for _ in range(more - troubled))
    pair, others = fates[:2], fates[2:]
    chance.shuffle(others)
    at = chance.randrange(len(others) + 1)
    return [*others[:at], *pair, *others[at:]]


def _by_state_machine(fates: list[Fate], chance: random.Random) -> set[int]:
    """Positions of the orders that a state machine runs: some that go well and some that are never accepted."""
    fit = [number for number, fate in enumerate(fates) if fate in {"smooth", "never-accepted"}]
    return set(chance.sample(fit, k=math.ceil(len(fit) * SHARE_OF_STATE_MACHINES)))


def _body(order_id: str, fate: Fate, via: Via, chance: random.Random) -> dict[str, Any]:
    printer = {"printer-asleep": "asleep", "printer-broken": "broken"}.get(fate, "ready")
    cents = chance.randrange(900, LARGE_ORDER_CENTS - 1)
    body: dict[str, Any] = {
        "orderId": order_id,
        "restaurant": {"name": chance.choice(RESTAURANTS), "printer": printer},
        "dishes": chance.sample(DISHES, chance.randrange(1, 4)),
        "totalCents": cents + LARGE_ORDER_CENTS if fate == "counted-twice" else cents,
        "via": via,
    }
    promo = chance.random() < 0.25
    if fate == "promo-late":
        body["promoCode"] = f"NEW-{chance.randrange(100, 1000)}"
    elif promo:
        body["promoCode"] = chance.choice(PROMO_CODES)
    return body
