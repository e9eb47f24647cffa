"""A record to the function's log: one line, one write.

`sys.stdout` is looked up at each write: the runtime client replaces it (and flushes after every write), and an
emulator's worker may have put its own stream there.
"""

import sys

from hopscope_wire.encode import lines_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def write(record: "Record") -> None:
    """Writes the record; a stream that a function closed or replaced with something odd raises, the guard counts it."""
    stdout = sys.stdout
    for line in lines_of(record):
        stdout.write(line + "\n")
    # The runtime client's own stream has flushed by itself.
    if type(stdout).__name__ != "Unbuffered":
        stdout.flush()
