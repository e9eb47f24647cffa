"""
Refused                     the sender is wrong: keep going, count it by `reason`
├── NotARecord              the line is not ours at all: a user's own line, garbage, half a line
├── UnknownWireVersion      ours, but of a version this collector does not read
└── Malformed               ours, but a field is missing or wrong
"""

from typing import ClassVar


class Refused(ValueError):
    """A line that is not stored. The message says what is wrong, what was expected and what to do."""

    reason: ClassVar[str] = "refused"
    """The word under which it is counted in `hopscope stats`."""


class NotARecord(Refused):
    """The line does not hold a JSON object with a `hopscope` field."""

    reason: ClassVar[str] = "not_a_record"


class UnknownWireVersion(Refused):
    """The record has a wire version that this collector does not know."""

    reason: ClassVar[str] = "unknown_wire_version"

    def __init__(self, version: object) -> None:
        super().__init__(f"record has wire version {version!r:.40}; expected 1. Is the layer newer than the collector?")
        self.version = version


class Malformed(Refused):
    """A field of the record is missing or is not what the specification says."""

    reason: ClassVar[str] = "malformed"

    def __init__(self, field: str, given: object, expected: str) -> None:
        super().__init__(f"field {field!r} is {given!r:.80}; expected {expected} (see wire/README.md)")
        self.field = field
        self.given = given
        self.expected = expected
