"""Waits until nothing moves any more: queues are empty and no function has written a log line for a while.

There is no event for "nothing more will happen". What can be seen is what is left in the queues and what the
functions' logs say, and a message on its way from a bus to a function is in neither: hence the quiet time, which is
twice the longest silence that was no end. On a busy machine everything takes longer, silences too.
"""

import time

from hopscope_stage.deployment import Deployment
from hopscope_stage.errors import NotSettled
from hopscope_stage.logs import LogReader

QUIET_S = 1.0
LOOK_EVERY_S = 0.2
DEPTHS = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
]


def settle(deployment: Deployment, within_s: float) -> None:
    """Return when every polled queue is empty and the logs have been quiet for a second, or longer if it is slow.

    Raises:
        NotSettled: says what still moved.
    """
    give_up_s = time.monotonic() + within_s
    logs = LogReader(deployment)
    since_s = time.monotonic()
    longest_s = 0.0
    while True:
        waiting = queue_depths(deployment)
        written = len(logs.new_lines())
        silent_s = time.monotonic() - since_s
        if written or waiting:
            longest_s = max(longest_s, silent_s)
            since_s = time.monotonic()
        elif silent_s >= max(QUIET_S, 2 * longest_s):
            return
        if time.monotonic() > give_up_s:
            raise NotSettled(f"still moving after {within_s:.0f} s: queues {waiting}, {written} new log lines")
        time.sleep(LOOK_EVERY_S)


def queue_depths(deployment: Deployment) -> dict[str, int]:
    """How many messages each polled queue holds, visible or not; empty queues are left out."""
    sqs = deployment.client("sqs")
    depths = {}
    for queue in deployment.polled_queues:
        asked = sqs.get_queue_attributes(QueueUrl=deployment.url(f"queue.{queue}"), AttributeNames=DEPTHS)
        depths[queue] = sum(int(depth) for depth in asked["Attributes"].values())
    return {queue: depth for queue, depth in depths.items() if depth}
