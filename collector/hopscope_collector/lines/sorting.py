"""Sorts lines out: a record, a refusal, or a line that is none of our business (pure).

    the line                                              becomes
    carries lines (a subscription's payload, …)           those lines, each sorted out
    holds {"hopscope": and decodes                        a record
    holds {"hopscope": and does not                       refused: cut, not_a_record, malformed, unknown_wire_version
    looks like a piece of a record                        refused: cut
    is not UTF-8, or holds control characters             refused: not_text
    packed, and cannot be unpacked                        refused: broken_stream
    START, REPORT, a timeout, a crash                     a fact of the platform, not counted as received
    a broker's own log of a message                       a fact of the broker, not counted as received
    what Step Functions log of an Express execution,
    or say on EventBridge of any execution's status       a record: part of its history
    anything else: the user's own line, END               other, not counted as received

Lines longer than `MAX_LINE_BYTES` never get here: the source refuses them as too_long without keeping them.
Two records on one line, as two processes that share a pipe may write them, are two; each piece is counted.
Two refused lines with the same bytes are the same line said twice.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import repeat

from hopscope_collector.json_values import object_after
from hopscope_collector.lines.cold_starts import ColdStarts, stream_in
from hopscope_collector.lines.envelopes import Allowance, BrokenEnvelope, CarriedLine, is_envelope, lines_within
from hopscope_collector.lines.facts import Fact, any_fact_in
from hopscope_collector.lines.platform import PlatformFact, root_in
from hopscope_collector.lines.record_line import Cut, RecordLine, glance, record_in, record_line, record_line_of
from hopscope_collector.store.contract import RefusedLine
from hopscope_wire.errors import NotARecord, Refused
from hopscope_wire.fields import LINE_PREFIX

MAX_LINE_BYTES = 1 << 20
"""CloudWatch Logs takes events of 1 MB; the layer writes at most 240 KB a line."""

TOO_LONG = "too_long"
BROKEN_STREAM = "broken_stream"

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
    function: str | None = None
    """The Lambda function whose lines these are. None when the source does not know."""

    allowance: Allowance | None = None
    """What all lines together may be unpacked to. None: each line has its own."""

    records: list[RecordLine] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)
    others: int = 0
    """Lines that are none of ours: the user's own, the platform's."""

    _cold_starts: ColdStarts = field(default_factory=ColdStarts)
    _place: int | str = 0
    _reported: PlatformFact | None = None
    """What the line before said, if it was a REPORT: with X-Ray, its next line names the Root."""

    _stream: str | None = None
    """Of the carried line that is being sorted out, if its envelope says so."""

    def add_all(
        self, lines: Iterable[str], places: Iterable[int | str], times: Iterable[int | None] = repeat(None)
    ) -> None:
        """Sort out many lines; quickly those that are nothing but a record."""
        keep = self.records.append
        for line, place, at_us in zip(lines, places, times, strict=False):
            if line.startswith(LINE_PREFIX) and line.endswith("}") and line.isascii():
                record = glance(line)
                if record is not None:
                    keep(record)
                    continue
            self.add(line, place, at_us)

    def add(self, line: str, place: int | str, at_us: int | None = None) -> None:
        """Sort out one line, given without its newline, with its number or place in the source and when it was logged.

        Whatever stands in it, this raises nothing.
        """
        self._place = place
        try:
            if line.startswith(LINE_PREFIX) or not is_envelope(line):
                self._add_plain(line, at_us, place)
                return
            within = lines_within(line, self.allowance)
        except (Refused, BrokenEnvelope) as error:
            self._refuse(error, line, place)
            return
        if within is None:
            within = [CarriedLine(line, at_us, self.function)]
        for each in within:
            self._add_carried(each, place)

    def _add_carried(self, carried: CarriedLine, place: int | str) -> None:
        outer = self.function
        self.function, self._stream = carried.function or outer, carried.stream
        try:
            self._add_plain(carried.text, carried.at_us, place)
        except Refused as refusal:
            self._refuse(refusal, carried.text, place)
        self.function, self._stream = outer, None

    def _add_plain(self, line: str, at_us: int | None, place: int | str) -> None:
        if len(line) > MAX_LINE_BYTES:
            raise TooLong(f"line has {len(line):,} characters; expected at most {MAX_LINE_BYTES:,}")
        start = line.find(LINE_PREFIX)
        if start < 0:
            self._add_other(line, at_us)
            return
        if not line.isascii() and _NOT_TEXT.search(line):
            raise NotText("line is not UTF-8; expected one record a line")
        if line.find(LINE_PREFIX, start + 1) < 0:
            self.records.append(record_line_of(line[start:]))
            return
        for piece, is_last in _pieces(line, start):
            try:
                self.records.append(record_line_of(piece))
            except Refused as refusal:
                if is_last or _PIECE.search(piece):  # else somebody writes about us, before a record
                    self._refuse(refusal, piece, place)

    def _add_other(self, line: str, at_us: int | None) -> None:
        if _NOT_TEXT.search(line):
            raise NotText("line is not text (binary, or not UTF-8); expected one record a line")
        fact = any_fact_in(line, at_us, self.function)
        reported, self._reported = self._reported, None
        if fact is not None:
            self._keep(fact, line)
        elif reported is not None and (root := root_in(line)) is not None:
            self.facts.append(replace(reported, root=root))
        elif (init := self._cold_start_in(line, at_us)) is not None:
            self.facts.append(init)
        elif (history := _history_in(line)) is not None:
            self.records.append(history)
        elif _PIECE.search(line) and object_after(line) is None:  # else a user's own structured log line
            raise Cut("line is a piece of a record; expected one whole record a line")
        else:
            self.others += 1

    def _keep(self, fact: Fact, line: str) -> None:
        self.facts.append(fact)
        if isinstance(fact, PlatformFact) and fact.kind == "report":
            self._reported = fact
        if isinstance(fact, PlatformFact) and fact.kind == "start":
            stream = self._stream or stream_in(self._place, line)
            init = self._cold_starts.started(fact, stream) if stream else None
            self.facts += [init] if init else []

    def _cold_start_in(self, line: str, at_us: int | None) -> PlatformFact | None:
        if "_REPORT " not in line and '"platform.' not in line:
            return None
        stream = self._stream or stream_in(self._place, line)
        return self._cold_starts.reported(line, stream, at_us, self.function) if stream else None

    def _refuse(self, error: Refused | BrokenEnvelope, line: str, place: int | str) -> None:
        reason = error.reason if isinstance(error, Refused) else BROKEN_STREAM
        where = f"line {place}" if isinstance(place, int) else place
        self.refused.append(RefusedLine(reason, fingerprint_of(line), self.source, where, str(error)))


def _pieces(line: str, start: int) -> Iterator[tuple[str, bool]]:
    """The records of a line that holds several: whole ones, and what one cuts off; whether it is the last."""
    decode = json.JSONDecoder().raw_decode
    while start >= 0:
        try:
            _, end = decode(line, start)
        except (ValueError, RecursionError):
            end = line.find(LINE_PREFIX, start + 1)
        after = line.find(LINE_PREFIX, end) if end >= 0 else -1
        yield line[start:] if end < 0 else line[start:end], after < 0
        start = after


class TooLong(NotARecord):
    """The line is longer than any record."""

    reason = TOO_LONG


class NotText(NotARecord):
    """The line is binary, or not UTF-8."""

    reason = "not_text"


def fingerprint_of(line: str) -> int:
    """64 bits that tell refused lines apart."""
    return fingerprint_of_bytes(line.encode("utf-8", "surrogatepass"))


def fingerprint_of_bytes(content: bytes) -> int:
    """The same for what is no text."""
    return fingerprint_of_digest(blake2b(content, digest_size=8).digest())


def fingerprint_of_digest(digest: bytes) -> int:
    """The same for a line that was hashed on its way past."""
    return int.from_bytes(digest, "big", signed=True)


def _history_in(line: str) -> RecordLine | None:
    """What the line tells of an execution. Most lines do not have the words, and cost a glance.

    Raises:
        Refused: it tells what no record may hold.
    """
    if '"execution_arn"' not in line and '"aws.states"' not in line:
        return None
    from hopscope_collector.executions.keeping import kept_of_line

    history = kept_of_line(line)
    if history is None:
        return None
    kept = record_line(history)
    record_in(kept)  # refused now, not when somebody reads it: its times may be those of no record
    return kept
