"""A sign for every status in text of one width; it stands beside its word wherever there is room (pure)."""

from collections.abc import Mapping
from types import MappingProxyType

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "overdue": "◔", "lost": "?", "failed": "✗", "timed-out": "◷", "dead-lettered": "☠", "waiting": "◌",
        "running": "●", "recovered": "↺", "duplicated": "‼", "not-instrumented": "◍", "done": "✔",
    }
)  # fmt: skip

UNKNOWN = "·"
"""For a status that this version does not know."""


def sign_of(status: str) -> str:
    """The sign of a hop's, a message's or a flow's status."""
    return SIGNS.get(status, UNKNOWN)
