"""A record to the function's log: one line, one write.

`sys.stdout` is looked up at each write: the runtime client replaces it (and flushes after every write), and an
emulator's worker may have put its own stream there.
"""

import sys

from hopscope_wire.encode import line_of, lines_of
from hopscope_wire.fields import MAX_LINE_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def write(record: "Record") -> None:
    """Writes the record; a stream that a function closed or replaced with something odd raises, the guard counts it."""
    stdout = sys.stdout
    line = line_of(record)
    if len(line) <= MAX_LINE_BYTES:
        stdout.write(line + "\n")
    else:
        for part in lines_of(record):
            stdout.write(part + "\n")
    # The runtime client's own stream has flushed by itself.
    if type(stdout).__name__ != "Unbuffered":
        stdout.flush()
