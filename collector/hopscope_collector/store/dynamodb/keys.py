"""Where an item stands in the table (pure).

    partition (pk)        sorted by (sk)                              what
    i#<id>                r#<invocation>#<hash of the line>[#part]    records whose trace id it is
                          p#<period>#<trace>                          pointers: a record of this trace holds the id
                          f#<hash>                                    what the platform or a broker said about it
                          ~                                           more of its pointers stand in s#<0…15>#<id>
    s#<0…15>#<id>         p#<period>#<trace>                          pointers of an id that very many share
    n#<day>#<0…7>         <start>#<invocation>#<begin or end>#<trace> the list of the newest
    x#<fingerprint>       .                                           a refused line
    w#<write>             .                                           this write was finished
    stats                 day#… total#… refused#…                     counters
    position              <source>                                    where a source goes on
    change                <number>                                    what a write touched;  head: the last number

Everything about an id stands in one partition, so one Query answers for it. Records are sorted by a random id and not
by time, so that DynamoDB can split even the busiest trace by its sort key; lists by time are spread over eight
partitions a day, and ids that very many traces share over sixteen.
"""

from datetime import UTC, datetime
from hashlib import blake2b
from zlib import crc32

from hopscope_collector.lines.record_line import RecordLine

Key = tuple[str, str]
"""pk, sk."""

LIST_LANES = 8
"""Partitions a day's list is spread over: one takes a thousand writes a second."""

SPREAD_LANES = 16
"""Partitions that the pointers of a shared id are spread over."""

PERIOD_BITS = 30
"""A pointer is for a period of 2^30 µs, about 18 minutes: one for all hops that a trace has in it."""

DAY_US = 86_400_000_000

RECORD, POINTER, FACT, SPREAD, WRITE = "r#", "p#", "f#", "~", "w#"
STATS, POSITION, CHANGE, HEAD, ONLY = "stats", "position", "change", "head", "."

_LONGEST_PLAIN = 200


def partition_of(bare_id: str) -> str:
    """The partition of an id: readable when it is short and plain."""
    return "i#" + plain(bare_id)


def spread_partition_of(bare_id: str, lane: int) -> str:
    """One of the sixteen partitions of a shared id."""
    return f"s#{lane}#" + plain(bare_id)


def plain(text: str) -> str:
    """The text, or a hash of it when it is long or odd."""
    if len(text) <= _LONGEST_PLAIN and text.isascii() and text.isprintable():
        return text
    return "#" + hash_of(text)


def hash_of(text: str) -> str:
    """Sixteen hex digits."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def record_key(line: RecordLine) -> Key:
    """The same for the same text, whenever and however often it comes."""
    return partition_of(line.trace_id), f"{RECORD}{line.invocation_id}#{hash_of(line.text)}"


def pointer_key(bare_id: str, line: RecordLine, *, is_spread: bool = False) -> Key:
    """From an id to the trace of a record that holds it."""
    trace_id = line.trace_id
    partition = spread_partition_of(bare_id, crc32(trace_id.encode()) % SPREAD_LANES) if is_spread else None
    return partition or partition_of(bare_id), f"{POINTER}{line.started_us >> PERIOD_BITS:07x}#{trace_id}"


def period_end_us(line: RecordLine) -> int:
    """The last moment that a pointer of the record stands for."""
    return ((line.started_us >> PERIOD_BITS) + 1 << PERIOD_BITS) - 1


def fact_key(about: str, body: str) -> Key:
    """A fact about no request and no message stands alone: nobody can ask for it."""
    return (partition_of(about) if about else f"x#{hash_of(body)}"), FACT + hash_of(body)


def refused_key(fingerprint: int) -> Key:
    """Of a refused line; the fingerprint has 64 bits and may be negative."""
    return f"x#{fingerprint & (1 << 64) - 1:016x}", ONLY


def finished_key(write: str) -> Key:
    """What says that a write was finished."""
    return WRITE + write, ONLY


def listing_key(line: RecordLine) -> Key:
    """Where the invocation stands in the list of its day. A begin sorts before an end."""
    lane = crc32(line.invocation_id.encode()) % LIST_LANES
    kind = "e" if line.is_end else "b"
    return list_partition(
        day_of(line.started_us), lane
    ), f"{listed_below(line.started_us, line.invocation_id)}#{kind}#{line.trace_id}"


def list_partition(day: str, lane: int) -> str:
    """One eighth of a day's list."""
    return f"n#{day}#{lane}"


def listed_below(started_us: int, invocation_id: str) -> str:
    """All that sorts below this started earlier, or in the same microsecond with a smaller id."""
    return f"{started_us:016d}#{invocation_id}"


def day_of(at_us: int) -> str:
    """`20261121`, in UTC."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y%m%d")


def change_number(number: int) -> str:
    """Sorts as the number."""
    return f"{number:012d}"
