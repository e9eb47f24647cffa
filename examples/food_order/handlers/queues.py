"""What the functions behind a queue share."""

import boto3

sqs = boto3.client("sqs")

SOON_S = 1


def try_again_soon(record):
    """Let a message that failed come back sooner than its queue's visibility timeout says."""
    queue_name = record["eventSourceARN"].rpartition(":")[2]
    queue_url = sqs.get_queue_url(QueueName=queue_name)["QueueUrl"]
    sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=SOON_S)
