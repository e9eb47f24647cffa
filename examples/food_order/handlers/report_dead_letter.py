"""Dead letters of every queue: somebody has to look after these orders."""

import json


def handler(event, context):
    for record in event["Records"]:
        body = json.loads(record["body"])
        order = body["detail"] if "detail" in body else json.loads(body["Message"])
        print(f"{order['orderId']}: given up by {record['eventSourceARN'].rpartition(':')[2]}")
