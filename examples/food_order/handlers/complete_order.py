"""POST /orders/{orderId}/complete: a person has handed the order over and was paid."""

import json

from people import answered


def handler(event, context):
    order_id = event["pathParameters"]["orderId"]
    paid_cents = json.loads(event["body"])["paidCents"]
    answered(order_id, "order_completed", {"orderId": order_id, "paidCents": paid_cents})
    print(f"{order_id}: completed")
    return {"statusCode": 204}
