"""Where the next page begins, as a word that means nothing to whoever passes it on (pure)."""

import base64
import binascii
import json
import re

from hopscope_collector.api.refusals import RefusedError
from hopscope_collector.store.contract import Seen
from hopscope_wire.decode import MAX_TIME_US

_INVOCATION_ID = re.compile(r"[0-9a-f]{16}\Z")
_FLOW_ID = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{16}\.[0-9]{1,9})\Z")
"""A trace id, or the id of a hop that has none of its own."""


def cursor_of(after: Seen) -> str:
    """The word for a place in the list."""
    return base64.urlsafe_b64encode(json.dumps(list(after), separators=(",", ":")).encode()).decode().rstrip("=")


def seen_of(cursor: str) -> Seen:
    """The place that a word names.

    Raises:
        RefusedError: it is none that we gave.
    """
    try:
        started_us, invocation_id, flow_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        is_ours = (
            type(started_us) is int
            and 0 <= started_us <= MAX_TIME_US
            and _INVOCATION_ID.match(invocation_id)
            and _FLOW_ID.match(flow_id)
        )
        if is_ours:
            return Seen(started_us, invocation_id, flow_id)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass  # said below, with what is no place in the list
    raise RefusedError(
        400, "bad_cursor", "the cursor is none of ours", cursor, expected="the `next` of a page before",
        do="begin without `after`",
    )  # fmt: skip
