"""Called by the state machine: keep its task token until a person in the restaurant accepts."""

from people import wait_for


def handler(event, context):
    wait_for(event["orderId"], "order_accepted", event["taskToken"])
    print(f"{event['orderId']}: waiting for acceptance")
