"""A file that is one JSON document over many lines, such as the output of `aws logs get-log-events` (pure)."""

import json
from itertools import groupby

from hopscope_collector.lines.envelopes import BrokenEnvelope, lines_of_document
from hopscope_collector.sources.contract import Lines

MAX_DOCUMENT_BYTES = 64 << 20
"""Larger files are read line by line."""


def may_be_document(head: bytes) -> bool:
    """Whether the first line is nothing but an opening bracket, as indented JSON begins."""
    return head.lstrip().split(b"\n", 1)[0].strip() in {b"{", b"["} and b"\n" in head


def lines_in_document(raw: bytes, position: str) -> list[Lines] | None:
    """The lines that the document carries, or None when it is none or carries none. `position` follows the last."""
    try:
        carried = lines_of_document(json.loads(raw))
    except (ValueError, RecursionError, BrokenEnvelope):
        return None
    if not carried:
        return None
    batches = []
    for function, group in groupby(carried, key=lambda each: each.function):
        lines = list(group)
        times = [each.at_us or 0 for each in lines] if all(each.at_us for each in lines) else None
        places = [f"line {number} within the document" for number in range(1, len(lines) + 1)]
        batches.append(Lines([each.text for each in lines], places=places, at_us=times, function=function))
    return [*batches, Lines(position=position, is_idle=True)]
