"""POST /orders/{orderId}/complete: a person has handed the order over."""

from orders import go_on, note


def handler(event, context):
    order = note(event["pathParameters"]["orderId"], status="completed")
    go_on(order, "order_completed")
    return {"statusCode": 204}
