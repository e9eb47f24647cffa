"""Waits until nothing moves any more: queues are empty and no function has written a log line for a while.

There is no event for "nothing more will happen". What can be seen is what is left in the queues and what the
functions' logs say, and a message on its way from a bus to a function is in neither: hence the quiet time.
"""

import time

from botocore.exceptions import ClientError

from hopscope_stage.deployment import Deployment
from hopscope_stage.errors import NotSettled

QUIET_S = 1.0
LOOK_EVERY_S = 0.2
DEPTHS = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
]


def settle(deployment: Deployment, within_s: float) -> None:
    """Return when every polled queue is empty and the logs have been quiet for a second.

    Raises:
        NotSettled: says what still moved.
    """
    give_up_s = time.monotonic() + within_s
    seen, since_s = None, time.monotonic()
    while True:
        waiting = queue_depths(deployment)
        lines = log_lines(deployment)
        if lines != seen or waiting:
            seen, since_s = lines, time.monotonic()
        elif time.monotonic() - since_s >= QUIET_S:
            return
        if time.monotonic() > give_up_s:
            raise NotSettled(f"still moving after {within_s:.0f} s: queues {waiting}, {lines} log lines")
        time.sleep(LOOK_EVERY_S)


def queue_depths(deployment: Deployment) -> dict[str, int]:
    """How many messages each polled queue holds, visible or not; empty queues are left out."""
    sqs = deployment.client("sqs")
    depths = {}
    for queue in deployment.polled_queues:
        asked = sqs.get_queue_attributes(QueueUrl=deployment.url(f"queue.{queue}"), AttributeNames=DEPTHS)
        depths[queue] = sum(int(depth) for depth in asked["Attributes"].values())
    return {queue: depth for queue, depth in depths.items() if depth}


def log_lines(deployment: Deployment) -> int:
    """How many lines the functions have written so far."""
    return sum(len(messages(deployment, group)) for group in deployment.log_groups)


def messages(deployment: Deployment, group: str) -> list[str]:
    """Every line of one log group, oldest first; none while the group does not exist."""
    pages = deployment.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    try:
        return [event["message"] for page in pages for event in page["events"]]
    except ClientError as refused:
        if refused.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
            return []
        raise
