import pytest

from hopscope_collector.resource_names import resource_name


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("tickets", "tickets"),
        ("arn:aws:sqs:eu-central-1:1:tickets", "tickets"),
        ("https://sqs.eu-central-1.amazonaws.com/1/tickets", "tickets"),
        ("arn:aws:events:eu-central-1:1:event-bus/orders", "orders"),
        ("https://example.com/orders/", "orders"),
        (None, ""),
    ],
)
def test_what_people_call_a_resource(address, name):
    assert resource_name(address) == name
