"""Ids as people paste them (pure)."""

import re

from hopscope_wire.context import context_of, trace_id_of_root

_HOP_ID = re.compile(r"([0-9a-f]{16})\.[0-9]+\Z")
_XRAY_ID = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}\Z")


def plain_id(text: str) -> str:
    """What records hold for what a person pasted: an X-Ray id, trace header, traceparent or hop id made plain."""
    text = text.strip()
    if _XRAY_ID.match(text):
        return (text[2:10] + text[11:]).lower()
    hop = _HOP_ID.match(text)
    if hop is not None:
        return hop[1]
    context = context_of(text)
    return context.trace_id if context else trace_id_of_root(text) or text
