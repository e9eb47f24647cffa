"""order_placed: send the ticket to the restaurant, where a person has to accept."""

import json
import os

import boto3
from bus import publish

sns = boto3.client("sns")


def handler(event, context):
    order = event["detail"]
    sns.publish(TopicArn=os.environ["TICKETS_TOPIC"], Message=json.dumps(order))
    publish("restaurant_notified", {"orderId": order["orderId"], "restaurant": order["restaurant"]})
    print(f"{order['orderId']}: restaurant notified")
