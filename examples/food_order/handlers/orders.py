"""What the functions share: the bus that everybody listens to, and the table of orders."""

import json
import os
from typing import Any

import boto3

events = boto3.client("events")
states = boto3.client("stepfunctions")
table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def publish(event_name: str, detail: dict[str, Any]) -> None:
    """Tell everybody what happened."""
    entry = {
        "EventBusName": os.environ["ORDERS_BUS"],
        "Source": "orders",
        "DetailType": event_name,
        "Detail": json.dumps(detail),
    }
    answer = events.put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"{event_name} was not published: {answer['Entries'][0]['ErrorMessage']}")


def note(order_id: str, **facts: str) -> dict[str, Any]:
    """Write down what is known about an order now; the whole order, as it is after that."""
    answer = table.update_item(
        Key={"orderId": order_id},
        UpdateExpression="SET " + ", ".join(f"#{fact} = :{fact}" for fact in facts),
        ExpressionAttributeNames={f"#{fact}": fact for fact in facts},
        ExpressionAttributeValues={f":{fact}": value for fact, value in facts.items()},
        ReturnValues="ALL_NEW",
    )
    return answer["Attributes"]


def go_on(order: dict[str, Any], event_name: str) -> None:
    """A person has done their part: tell the state machine that waits for it, or else everybody."""
    detail = {"orderId": order["orderId"], "restaurant": order["restaurant"], "totalCents": int(order["totalCents"])}
    if "taskToken" in order:
        states.send_task_success(taskToken=order["taskToken"], output=json.dumps(detail))
    else:
        publish(event_name, detail)
