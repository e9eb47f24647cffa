"""Where the process waits for a person: who answers through the API lets it go on.

Most orders are choreographed: the answer is one more event. Where a state machine waits, it has left a task token.
"""

import json
import os

import boto3
from bus import publish

parameters = boto3.client("ssm")
states = boto3.client("stepfunctions")


def wait_for(order_id, answer, task_token):
    parameters.put_parameter(Name=place_of(order_id, answer), Value=task_token, Type="SecureString", Overwrite=True)


def answered(order_id, answer, detail):
    try:
        waiting = parameters.get_parameter(Name=place_of(order_id, answer), WithDecryption=True)
    except parameters.exceptions.ParameterNotFound:
        publish(answer, detail)
    else:
        states.send_task_success(taskToken=waiting["Parameter"]["Value"], output=json.dumps(detail))


def place_of(order_id, answer):
    return f"{os.environ['WAITING']}/{order_id}/{answer}"
