"""Sorts lines out: a record, a refusal, or a line that is none of our business (pure).

    the line                                              becomes
    holds {"hopscope": and decodes                        a record
    holds {"hopscope": and does not                       refused: cut, not_a_record, malformed, unknown_wire_version
    looks like a piece of a record                        refused: cut
    is not UTF-8, or holds control characters             refused: not_text
    anything else: the user's own line, START, END        other, not counted as received

Lines longer than `MAX_LINE_BYTES` never get here: the source refuses them as too_long without keeping them.
Two refused lines with the same bytes are the same line said twice.
"""

import json
import re
from dataclasses import dataclass, field
from hashlib import blake2b

from hopscope_collector.store.contract import RecordLine, RefusedLine
from hopscope_wire.decode import record_of_object
from hopscope_wire.errors import NotARecord, Refused
from hopscope_wire.fields import LINE_PREFIX

MAX_LINE_BYTES = 1 << 20
"""CloudWatch Logs takes events of 1 MB; the layer writes at most 240 KB a line."""

TOO_LONG = "too_long"

_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\udc80-\udcff]")
"""No log line holds these; ESC is left out, colours are common. The last range stands for bytes that were not UTF-8."""

_PIECE = re.compile(
    r'"(?:invocationId|sendId|startUs|endUs|sentUs|deadlineUs|failedMessages|bodyBytes|bodyHash)":(?!\s)'
    r'|\{"(?:h|ho|hop|hops|hopsc|hopsco|hopscop|hopscope|hopscope")$'
)


@dataclass(slots=True)
class SortedLines:
    """What became of some lines."""

    source: str
    records: list[RecordLine] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)
    others: int = 0
    """Lines that are none of ours: the user's own, the platform's."""

    def add(self, line: str, place: int | str) -> None:
        """Sort out one line, given without its newline, and with its number or place in the source."""
        start = line.find(LINE_PREFIX)
        if start < 0:
            self._add_other(line, place)
            return
        try:
            if not line.isascii() and _NOT_TEXT.search(line):
                raise NotText("line is not UTF-8; expected one record a line")
            self.records.append(record_in(line[start:]))
        except Refused as refusal:
            self._refuse(refusal, line, place)

    def _add_other(self, line: str, place: int | str) -> None:
        if _NOT_TEXT.search(line):
            self._refuse(NotText("line is not text (binary, or not UTF-8); expected one record a line"), line, place)
        elif _PIECE.search(line) and not _is_json(line):
            self._refuse(Cut("line is a piece of a record; expected one whole record a line"), line, place)
        else:
            self.others += 1

    def _refuse(self, refusal: Refused, line: str, place: int | str) -> None:
        where = f"line {place}" if isinstance(place, int) else place
        refused = RefusedLine(refusal.reason, fingerprint_of(line), self.source, where, str(refusal))
        self.refused.append(refused)


class Cut(NotARecord):
    """The line stops in the middle of its JSON."""

    reason = "cut"


class NotText(NotARecord):
    """The line is binary, or not UTF-8."""

    reason = "not_text"


def record_in(text: str) -> RecordLine:
    """The record that the text, from its first `{"hopscope":` on, holds.

    Raises:
        Refused: with the reason it is counted under.
    """
    text = text.rstrip()
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        kind = Cut if _ends_early(error) else NotARecord
        raise kind(f"line is cut or damaged ({error.msg} at character {error.pos}); expected one JSON object") from None
    except (ValueError, RecursionError) as error:
        raise NotARecord(f"line is damaged ({error!s:.80}); expected one JSON object") from None
    record_of_object(found)
    return RecordLine(text, found)


def fingerprint_of(line: str) -> int:
    """64 bits that tell refused lines apart."""
    return fingerprint_of_digest(blake2b(line.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def fingerprint_of_digest(digest: bytes) -> int:
    """The same for a line that was hashed on its way past."""
    return int.from_bytes(digest, "big", signed=True)


def _ends_early(error: json.JSONDecodeError) -> bool:
    """Whether the text would have gone on: a string that is not closed, or nothing where something must come."""
    return error.msg.startswith("Unterminated string") or error.pos >= len(error.doc)


def _is_json(line: str) -> bool:
    """Whether the line is a JSON object from its first brace on: a user's own structured log line."""
    start = line.find("{")
    try:
        return start >= 0 and isinstance(json.loads(line[start:]), dict)
    except (ValueError, RecursionError):
        return False
