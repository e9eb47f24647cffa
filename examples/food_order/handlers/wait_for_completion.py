"""Called by the state machine: keep its task token until the order is handed over."""

from people import wait_for


def handler(event, context):
    wait_for(event["orderId"], "order_completed", event["taskToken"])
    print(f"{event['orderId']}: waiting for completion")
