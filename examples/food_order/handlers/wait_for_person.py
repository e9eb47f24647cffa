"""Called by the state machine: keep its task token until a person answers through the API."""

from people import wait_for


def handler(event, context):
    wait_for(event["orderId"], event["answer"], event["taskToken"])
    print(f"{event['orderId']}: waiting for {event['answer']}")
