"""order_placed: send the ticket to the restaurant, then wait for a person there to accept."""

import json
import os

import boto3
from orders import note, publish

sns = boto3.client("sns")


def handler(event, context):
    order = event["detail"]
    sns.publish(TopicArn=os.environ["TICKETS_TOPIC"], Message=json.dumps(order))
    publish("restaurant_notified", {"orderId": order["orderId"], "restaurant": order["restaurant"]})
    note(order["orderId"], status="restaurant_notified")
