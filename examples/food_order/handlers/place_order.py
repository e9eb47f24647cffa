"""POST /orders: a customer orders."""

import json
import os

import boto3
from bus import publish

states = boto3.client("stepfunctions")


def handler(event, context):
    order = json.loads(event["body"])
    if order["via"] == "state-machine":
        machine = os.environ["ORDER_MACHINE"]
        states.start_execution(stateMachineArn=machine, name=order["orderId"], input=json.dumps(order))
    else:
        publish("order_placed", order)
    print(f"{order['orderId']}: placed")
    return {"statusCode": 202, "body": json.dumps({"orderId": order["orderId"]})}
