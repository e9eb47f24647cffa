"""What people call a queue, topic, bus or function (pure)."""


def resource_name(address: str | None) -> str:
    """The last part of an ARN, URL or name; empty for none."""
    return address.rstrip("/").replace("/", ":").rsplit(":", 1)[-1] if address else ""
