"""POST /orders/{orderId}/accept: a person in the restaurant takes the order."""

import json

from people import answered


def handler(event, context):
    order_id = event["pathParameters"]["orderId"]
    minutes = json.loads(event["body"])["minutes"]
    answered(order_id, "order_accepted", {"orderId": order_id, "minutes": minutes})
    print(f"{order_id}: accepted")
    return {"statusCode": 204}
