"""What the food order deploys."""

from pathlib import Path

from hopscope_stage import (
    Api,
    App,
    Bus,
    Deployment,
    Function,
    Machine,
    Parameters,
    Queue,
    Rule,
    Source,
    Subscription,
    Topic,
)

HERE = Path(__file__).parent

KEYS = "order_id=detail.orderId|pathParameters.orderId|body.orderId|orderId"
"""`HOPSCOPE_KEYS`: where the order's id is in an event, an API call, a message and a state machine's task."""

RULES = HERE / "hopscope.toml"
"""What the collector is told about food orders."""

LARGE_ORDER_CENTS = 10_000

CHOREOGRAPHY = {"source": ["orders"]}
"""What the steps of the process listen to: the state machine does its steps itself."""

EVERY_ORDER = {"source": [{"prefix": "orders"}]}
"""What all others listen to: orders of both kinds."""

TIMEOUT_S = 10
VISIBILITY_S = 6 * TIMEOUT_S
"""What AWS advises for a queue that a function is polled from."""

SETTINGS = {
    "ORDERS_BUS": "${bus.orders.name}",
    "TICKETS_TOPIC": "${topic.tickets.arn}",
    "CONFIRMATIONS_TOPIC": "${topic.confirmations.arn}",
    "ORDER_MACHINE": "${machine.order-flow.arn}",
    "WAITING": "/${parameters.waiting-orders.name}",
}


def app() -> App:
    """The whole example: the choreography, the state machine, and those who listen to either."""
    return App(
        name="food-order",
        keys=KEYS,
        functions=tuple(function(path) for path in sorted((HERE / "handlers").glob("*_*.py"))),
        buses=(Bus("orders", rules=rules()),),
        topics=(
            Topic("tickets", (Subscription("queue.tickets"),)),
            Topic("confirmations", (Subscription("function.send-confirmation"),)),
        ),
        queues=(
            Queue("tickets", visibility_s=VISIBILITY_S, dead_letters="tickets-dlq"),
            Queue("tickets-dlq"),
            Queue("promo-codes", visibility_s=VISIBILITY_S, dead_letters="promo-codes-dlq"),
            Queue("promo-codes-dlq"),
        ),
        sources=(
            Source("queue.tickets", to="print-ticket", batch_size=1),
            Source("queue.promo-codes", to="redeem-promo", reports_failures=True),
            Source("queue.tickets-dlq", to="report-dead-letter"),
            Source("queue.promo-codes-dlq", to="report-dead-letter"),
        ),
        apis=(
            Api(
                "orders",
                routes={
                    "POST /orders": "place-order",
                    "POST /orders/{orderId}/accept": "accept-order",
                    "POST /orders/{orderId}/complete": "complete-order",
                },
            ),
        ),
        parameters=(Parameters("waiting-orders"),),
        machines=(Machine("order-flow", (HERE / "order_flow.asl.json").read_text()),),
    )


def function(module: Path) -> Function:
    """One module, one function."""
    return Function(
        module.stem.replace("_", "-"),
        handler=f"{module.stem}.handler",
        code=module.parent,
        environment=SETTINGS,
        timeout_s=TIMEOUT_S,
    )


def rules() -> tuple[Rule, ...]:
    """Who listens to what on the bus."""
    large = {"paidCents": [{"numeric": [">=", LARGE_ORDER_CENTS]}]}
    return (
        Rule("new-orders", {**CHOREOGRAPHY, "detail-type": ["order_placed"]}, to=("function.notify-restaurant",)),
        Rule("accepted-orders", {**CHOREOGRAPHY, "detail-type": ["order_accepted"]}, to=("function.notify-user",)),
        Rule(
            "orders-with-promo-code",
            {**EVERY_ORDER, "detail-type": ["order_placed"], "detail": {"promoCode": [{"exists": True}]}},
            to=("queue.promo-codes",),
        ),
        # A large order matches both of these, so its event is delivered twice to one function.
        Rule("completed-orders", {**EVERY_ORDER, "detail-type": ["order_completed"]}, to=("function.award-points",)),
        Rule(
            "large-completed-orders",
            {**EVERY_ORDER, "detail-type": ["order_completed"], "detail": large},
            to=("function.award-points",),
        ),
    )


def rules_of(deployment: Deployment) -> str:
    """The text of `hopscope.toml` with the names that the queues and functions really have."""
    text = RULES.read_text(encoding="utf-8")
    for kind, name in deployment.app.things():
        if kind in {"queue", "function"}:
            text = text.replace(f'"{name}"', f'"{deployment.name(f"{kind}.{name}")}"')
    return text
