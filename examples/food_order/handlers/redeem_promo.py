"""order_placed with a promo code, through a queue: redeem the codes of a batch, report those that failed."""

import json

from queues import try_again_soon


class CodeNotKnownYet(Exception):
    """New codes take a moment to reach the promo service."""


def handler(event, context):
    failed = []
    for record in event["Records"]:
        order = json.loads(record["body"])["detail"]
        try:
            redeem(order["promoCode"], attempt=int(record["attributes"]["ApproximateReceiveCount"]))
        except CodeNotKnownYet as problem:
            print(f"{order['orderId']}: {problem}")
            try_again_soon(record)
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            print(f"{order['orderId']}: promo redeemed")
    return {"batchItemFailures": failed}


def redeem(code, attempt):
    if code.startswith("NEW-") and attempt < 2:
        raise CodeNotKnownYet(f"promo code {code} is not known yet")
