"""A shop whose orders are paid by a state machine and shipped by events."""

import json
import os

import boto3


def take_order(event, context):
    """Start the state machine with an order of the bus."""
    boto3.client("stepfunctions").start_execution(
        stateMachineArn=os.environ["PAYMENT"], name=event["detail"]["orderId"], input=json.dumps(event["detail"])
    )


class CardDeclined(Exception):
    """Some cards are declined at the first try."""


class OutOfStock(Exception):
    """Nobody can pack what is not there."""


def charge(event, context):
    if event["order"]["isDeclinedOnce"] and event["tries"] == 0:
        raise CardDeclined("the card is empty")
    return {"paid": True}


def reserve(event, context):
    if event["isOutOfStock"]:
        raise OutOfStock("the shelf is empty")
    return event


def ask_customer(event, context):
    """The customer answers at once."""
    boto3.client("stepfunctions").send_task_success(taskToken=event["taskToken"], output=json.dumps({"ok": True}))


def ship(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["PARCELS"], MessageBody=json.dumps(event["detail"]))


def pack(event, context):
    """The last step."""


def apologise(event, context):
    """What those get whose order is out of stock."""
