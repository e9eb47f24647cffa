"""Tickets, from the topic through a queue: print them in the restaurant's kitchen."""

import json

from queues import try_again_soon

KNOCKS_TO_WAKE_UP = 3


class PrinterAsleep(Exception):
    """Wakes up when it is asked often enough."""


class PrinterBroken(Exception):
    """Stays broken, however often it is asked."""


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(json.loads(record["body"])["Message"])
        try:
            print_ticket(order["restaurant"], attempt=int(record["attributes"]["ApproximateReceiveCount"]))
        except (PrinterAsleep, PrinterBroken):
            try_again_soon(record)
            raise
        print(f"{order['orderId']}: ticket printed")


def print_ticket(restaurant, attempt):
    if restaurant["printer"] == "broken":
        raise PrinterBroken(f"the printer of {restaurant['name']} does not answer")
    if restaurant["printer"] == "asleep" and attempt < KNOCKS_TO_WAKE_UP:
        raise PrinterAsleep(f"the printer of {restaurant['name']} is asleep")
