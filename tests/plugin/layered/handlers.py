from menu import DISHES


def handle(event, context):
    return DISHES
