"""What people call a queue, topic, bus or function (pure)."""


def resource_name(address: str) -> str:
    """The last part of an ARN, URL or name."""
    return address.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1]
