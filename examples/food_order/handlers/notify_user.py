"""order_accepted: send the confirmation to the customer."""

import json
import os

import boto3
from bus import publish

sns = boto3.client("sns")


def handler(event, context):
    order = event["detail"]
    sns.publish(TopicArn=os.environ["CONFIRMATIONS_TOPIC"], Message=json.dumps(order))
    publish("user_notified", {"orderId": order["orderId"]})
    print(f"{order['orderId']}: user notified")
