"""What the table must be like, for those who make one: the emulator's, a test's. `serverless.yml` says the same."""

from typing import Any

from hopscope_collector.store.dynamodb.address import Address
from hopscope_collector.store.dynamodb.table import Table

KEYS = {"pk": "HASH", "sk": "RANGE"}

TTL = {"Enabled": True, "AttributeName": "gone_s"}

DEFINITION: dict[str, Any] = {
    "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in KEYS.items()],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in KEYS],
    "BillingMode": "PAY_PER_REQUEST",
}


def make_table(address: Address) -> None:
    """An empty table at the address; raises when there is one."""
    table = Table(address)
    table.client.create_table(TableName=table.name, **DEFINITION)
    table.client.get_waiter("table_exists").wait(TableName=table.name)
    table.client.update_time_to_live(TableName=table.name, TimeToLiveSpecification=TTL)
    table.close()
