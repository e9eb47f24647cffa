"""Functions with the layer before and behind a worker that has none."""

import json
import os

import boto3


def take(event, context):
    """Hand a parcel of the bus to the worker's queue."""
    boto3.client("sqs").send_message(QueueUrl=os.environ["PACKING"], MessageBody=json.dumps(event["detail"]))


def announce(event, context):
    """Told by the worker when a parcel is packed."""
