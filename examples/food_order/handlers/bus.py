"""How the functions tell everybody what happened."""

import json
import os

import boto3

events = boto3.client("events")


def publish(event_name, detail):
    entry = {
        "EventBusName": os.environ["ORDERS_BUS"],
        "Source": "orders",
        "DetailType": event_name,
        "Detail": json.dumps(detail),
    }
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"{event_name} was not published: {answer['Entries'][0]['ErrorMessage']}")
