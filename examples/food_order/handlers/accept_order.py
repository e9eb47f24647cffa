"""POST /orders/{orderId}/accept: a person in the restaurant takes the order."""

from orders import go_on, note


def handler(event, context):
    order = note(event["pathParameters"]["orderId"], status="accepted")
    go_on(order, "order_accepted")
    return {"statusCode": 204}
