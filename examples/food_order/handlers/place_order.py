"""POST /orders: a customer orders."""

import json
import os

from orders import publish, states, table


def handler(event, context):
    order = json.loads(event["body"])
    table.put_item(Item={**order, "status": "placed"})
    if order.get("via") == "state-machine":
        states.start_execution(
            stateMachineArn=os.environ["ORDER_MACHINE"], name=order["orderId"], input=json.dumps(order)
        )
    else:
        publish("order_placed", order)
    return {"statusCode": 202, "body": json.dumps({"orderId": order["orderId"]})}
