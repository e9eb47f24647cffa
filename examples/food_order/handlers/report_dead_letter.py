"""Dead letters of every queue: write down that the order needs a human being."""

import json

from orders import note


def handler(event, context):
    for record in event["Records"]:
        body = json.loads(record["body"])
        order = body["detail"] if "detail" in body else json.loads(body["Message"])
        queue = record["eventSourceARN"].rpartition(":")[2]
        print(f"{order['orderId']}: given up, found in {queue}")
        note(order["orderId"], deadLetter=queue)
