"""order_completed: the customer earns a point for each whole euro.

Two rules lead here, one for every order and one for large ones, so a large order earns its points twice.
"""


def handler(event, context):
    order = event["detail"]
    print(f"{order['orderId']}: {order['paidCents'] // 100} points awarded")
