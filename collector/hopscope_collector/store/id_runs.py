"""Which slots an id may be in: sorted runs that are merged as they become many.

    write  ─▶ run of 30,000 entries ─┐
    write  ─▶ run of 30,000 entries ─┼─ 16 of a size ─▶ one run of 480,000 ─┐
    …                                ┘                                       ┼─▶ one of 7,700,000, …
                                                                             ┘
A B-tree gets slower as it grows when its keys are hashes: every new entry lands on another page. A run is sorted
before it is written, so its pages are written once, one after the other, and a merge reads and writes pages in order.
An entry is written again only when its run is merged: at ten million hops twice.

    entry     64 bits: 32 of the hash of the id's bare text, 32 for the number of its slot within the run
    id_page   pages of entries in order; the row id is run, hash of the first entry, and a count for equal ones
    id_slots  the slots of a run, numbered from 0

A lookup looks into one page of every run, with a search for four bytes: mostly they are not there. Entries of pruned
slots stay until their run is dropped: whoever looks up finds no slot there.
"""

import json
import sqlite3
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from hopscope_collector.errors import StoreDamaged
from hopscope_collector.store.ids import bare

PAGE_ENTRIES = 496
"""Of eight bytes: two rows fill a page of SQLite."""

RUNS_OF_A_SIZE = 16
"""Eight would cost a hop of a million a microsecond more, and leave two thirds as many runs to look into."""

SMALL_RUNS = 4
"""The smallest are merged sooner: a live source makes many, and every run is one more look for every id."""

SMALLEST_SIZE_ENTRIES = 16_384
MERGED_AT_ONCE = 500_000
"""Entries in memory while runs are merged."""

LARGEST_MERGE_ENTRIES = 64_000_000
"""Runs that would be larger stay apart: writing waits while runs are merged."""

READ_ANYWAY = 4 * PAGE_ENTRIES
"""Entries of one id that are read from a run even when fewer are wanted: runs do not know which slots are newest."""

HASH_BITS = 32
_HASH_BYTES = 4
NUMBER_BITS = 32
_NUMBER_MASK = (1 << NUMBER_BITS) - 1
_COUNT_BITS = 11
_RUN_SHIFT = HASH_BITS + _COUNT_BITS


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as it is listed."""

    run: int
    entries: int
    slots: int
    greatest_slot: int

    @property
    def size(self) -> int:
        """How many merges make a run like this."""
        size, entries = 0, SMALLEST_SIZE_ENTRIES
        while self.entries >= entries:
            size, entries = size + 1, entries * RUNS_OF_A_SIZE
        return size


def hash_of(bare_text: str) -> int:
    """What an id is filed under."""
    return crc32(bare_text.encode("utf-8", "surrogatepass"))


class Filing:
    """What one write files: gathered slot by slot, then written as one run."""

    def __init__(self) -> None:
        self._slots = array("q")
        self._entries: list[int] = []

    def add(self, slot: int, ids_of_lines: Iterable[Iterable[str]]) -> None:
        """File a slot, not given before, under the ids of its lines."""
        number = len(self._slots)
        self._slots.append(slot)
        ids: set[str] = set()
        for each in ids_of_lines:
            ids.update(each)
        for each in ids:
            try:
                # hash_of(bare(each)), without the calls: they are a microsecond of the 23 that a hop costs.
                hashed = crc32((each[each.find("/") + 1 :] or each).encode())
            except UnicodeEncodeError:
                hashed = hash_of(bare(each))
            self._entries.append(hashed << NUMBER_BITS | number)

    def write(self, connection: sqlite3.Connection) -> None:
        """As one run; inside the caller's transaction."""
        if not self._entries:
            return
        self._entries.sort()
        runs = runs_in(connection)
        run = _free_number(runs)
        _write_slots(connection, run, [self._slots])
        _write_entries(connection, run, [self._entries])
        added = Run(run, len(self._entries), len(self._slots), max(self._slots))
        _note(connection, added)
        _merge_where_many(connection, [*runs, added])


def slots_of(connection: sqlite3.Connection, bare_texts: Iterable[str], most: int) -> dict[str, list[int]]:
    """For each text the slots it may be in, newest first; of very many, about the newest, and at least `most`."""
    most = max(most, READ_ANYWAY)
    by_hash: dict[int, list[str]] = {}
    for each in bare_texts:
        by_hash.setdefault(hash_of(each), []).append(each)
    numbers = _numbers(connection, sorted(by_hash), most)
    slot_by_number = _slots_at(connection, {at for found in numbers.values() for at in found})
    return {
        text: sorted({slot_by_number[at] for at in found}, reverse=True)[:most]
        for hashed, found in numbers.items()
        for text in by_hash[hashed]
    }


def forget_before(connection: sqlite3.Connection, below_slot: int) -> None:
    """Drop the runs all of whose slots are below."""
    for each in runs_in(connection):
        if each.greatest_slot < below_slot:
            _drop(connection, each.run)


def runs_in(connection: sqlite3.Connection) -> list[Run]:
    """Oldest first."""
    rows = connection.execute("SELECT run, entries, slots, greatest_slot FROM id_run ORDER BY made")
    return [Run(*row) for row in rows]


def _note(connection: sqlite3.Connection, run: Run) -> None:
    connection.execute(
        "INSERT INTO id_run (run, made, entries, slots, greatest_slot) "
        "VALUES (?, (SELECT coalesce(max(made), 0) + 1 FROM id_run), ?, ?, ?)",
        (run.run, run.entries, run.slots, run.greatest_slot),
    )


def _free_number(runs: Sequence[Run]) -> int:
    taken = {each.run for each in runs}
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def _merge_where_many(connection: sqlite3.Connection, runs: list[Run]) -> None:
    while True:
        by_size: dict[int, list[Run]] = {}
        for each in runs:
            by_size.setdefault(each.size, []).append(each)
        alike = next((each for each in by_size.values() if _is_to_merge(each)), None)
        if alike is None:
            return
        merged = _merged(connection, alike, _free_number(runs))
        runs = [*(each for each in runs if each not in alike), merged]


def _is_to_merge(alike: Sequence[Run]) -> bool:
    many = RUNS_OF_A_SIZE if alike[0].size else SMALL_RUNS
    return len(alike) >= many and sum(each.entries for each in alike) <= LARGEST_MERGE_ENTRIES


def _merged(connection: sqlite3.Connection, alike: Sequence[Run], run: int) -> Run:
    _write_entries(connection, run, _merged_entries(connection, alike))
    return replace_by_merged(connection, alike, run)


def replace_by_merged(connection: sqlite3.Connection, alike: Sequence[Run], run: int) -> Run:
    """Let a run whose entries are written stand for those it was merged from."""
    _write_slots(connection, run, (slots for each in alike for slots in _slot_pages(connection, each.run)))
    for each in alike:
        _drop(connection, each.run)
    merged = Run(
        run,
        sum(each.entries for each in alike),
        sum(each.slots for each in alike),
        max(each.greatest_slot for each in alike),
    )
    _note(connection, merged)
    return merged


def _merged_entries(connection: sqlite3.Connection, alike: Sequence[Run]) -> Iterator[list[int]]:
    """The entries of all runs in order, a range of hashes at a time, slots numbered through."""
    ranges = sum(each.entries for each in alike) // MERGED_AT_ONCE + 1
    offsets = [sum(each.slots for each in alike[:index]) for index in range(len(alike))]
    readers = [_Reader(connection, each.run) for each in alike]
    for number in range(1, ranges + 1):
        end = ((number << HASH_BITS) // ranges) << NUMBER_BITS
        part: list[int] = []
        for reader, offset in zip(readers, offsets, strict=True):
            part += [entry + offset for entry in reader.until(end)]
        part.sort()
        yield part


class _Reader:
    """The entries of one run, in order."""

    def __init__(self, connection: sqlite3.Connection, run: int) -> None:
        self._pages = connection.execute(
            "SELECT entries FROM id_page WHERE id BETWEEN ? AND ? ORDER BY id",
            (run << _RUN_SHIFT, ((run + 1) << _RUN_SHIFT) - 1),
        )
        self._ahead = array("Q")

    def until(self, end: int) -> "array[int]":
        """The entries not read yet that are less than `end`."""
        read = self._ahead
        while not read or read[-1] < end:
            row = self._pages.fetchone()
            if row is None:
                break
            read.extend(_unpacked(row[0], "Q"))
        cut = bisect_left(read, end)
        self._ahead = read[cut:]
        return read[:cut]


def _write_entries(connection: sqlite3.Connection, run: int, parts: Iterable[Sequence[int]]) -> None:
    pages = EntryPages(run)
    write_pages(connection, (page for part in parts for page in pages.of(part)))


class EntryPages:
    """Entries of one run, in order, to its pages.

    The first page is always the first row id of the run, so that no search for a hash ends in the run before.
    """

    def __init__(self, run: int) -> None:
        self._run = run
        self._last_id = -1

    def of(self, part: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """The pages of the entries that follow those given before."""
        for start in range(0, len(part), PAGE_ENTRIES):
            page = part[start : start + PAGE_ENTRIES]
            first_id, last_id = _first_id(self._run, page), self._last_id
            page_id = self._run << _RUN_SHIFT if last_id < 0 else max(first_id, last_id + 1)
            if last_id >= 0 and page_id >> _COUNT_BITS != first_id >> _COUNT_BITS:
                # A million slots of this run share the id already: nobody will follow it. The others stay.
                page = page[bisect_left(page, ((page[0] >> NUMBER_BITS) + 1) << NUMBER_BITS) :]
                if not page:
                    continue
                page_id = _first_id(self._run, page)
            yield page_id, _packed("Q", page)
            self._last_id = page_id


def write_pages(connection: sqlite3.Connection, pages: Iterable[tuple[int, bytes]]) -> None:
    """Pages of entries, as `EntryPages` gives them."""
    connection.executemany("INSERT INTO id_page VALUES (?, ?)", pages)


def pages_from(connection: sqlite3.Connection, run: int, start: int) -> "Iterator[array[int]]":
    """The entries of a run by page, in order, from the page that may hold `start` on."""
    whole = (run << _RUN_SHIFT, ((run + 1) << _RUN_SHIFT) - 1)
    (first,) = connection.execute(
        "SELECT coalesce(max(id), ?) FROM id_page WHERE id BETWEEN ? AND ?",
        (whole[0], whole[0], max(whole[0], _last_page(run, start >> NUMBER_BITS) - (1 << _COUNT_BITS))),
    ).fetchone()
    rows = connection.execute("SELECT entries FROM id_page WHERE id BETWEEN ? AND ? ORDER BY id", (first, whole[1]))
    return (_unpacked(packed, "Q") for (packed,) in rows)


def _first_id(run: int, page: Sequence[int]) -> int:
    return run << _RUN_SHIFT | page[0] >> NUMBER_BITS << _COUNT_BITS


def _write_slots(connection: sqlite3.Connection, run: int, parts: "Iterable[array[int]]") -> None:
    connection.executemany("INSERT INTO id_slots VALUES (?, ?)", _slot_rows(run, parts))


def _slot_rows(run: int, parts: "Iterable[array[int]]") -> Iterator[tuple[int, bytes]]:
    row_id, ahead = run << _RUN_SHIFT, array("q")
    for part in parts:
        ahead += part
        while len(ahead) >= PAGE_ENTRIES:
            yield row_id, _packed("q", ahead[:PAGE_ENTRIES])
            ahead = ahead[PAGE_ENTRIES:]
            row_id += 1
    if ahead:
        yield row_id, _packed("q", ahead)


def _slot_pages(connection: sqlite3.Connection, run: int) -> "Iterator[array[int]]":
    rows = connection.execute(
        "SELECT slots FROM id_slots WHERE id BETWEEN ? AND ? ORDER BY id",
        (run << _RUN_SHIFT, ((run + 1) << _RUN_SHIFT) - 1),
    )
    return (_unpacked(row[0], "q") for row in rows)


def _drop(connection: sqlite3.Connection, run: int) -> None:
    drop_pages(connection, run)
    connection.execute("DELETE FROM id_run WHERE run = ?", (run,))


def drop_pages(connection: sqlite3.Connection, run: int) -> None:
    """Remove what is written of a run, whether it is listed or not."""
    whole = (run << _RUN_SHIFT, ((run + 1) << _RUN_SHIFT) - 1)
    connection.execute("DELETE FROM id_page WHERE id BETWEEN ? AND ?", whole)
    connection.execute("DELETE FROM id_slots WHERE id BETWEEN ? AND ?", whole)


def _numbers(connection: sqlite3.Connection, hashes: Sequence[int], most: int) -> Mapping[int, set[tuple[int, int]]]:
    """For each hash where it points to, as (run, number of the slot in it)."""
    found: dict[int, set[tuple[int, int]]] = {each: set() for each in hashes}
    needles = {each: each.to_bytes(_HASH_BYTES, "big") for each in hashes}
    last_pages = [_last_page(run.run, hashed) for run in runs_in(connection) for hashed in hashes]
    rows = connection.execute(
        "SELECT value, (SELECT entries FROM id_page WHERE id <= value ORDER BY id DESC LIMIT 1) FROM json_each(?)",
        (json.dumps(last_pages),),
    )
    for last_page, packed in rows.fetchall():
        hashed = last_page >> _COUNT_BITS & (1 << HASH_BITS) - 1
        if needles[hashed] in packed:
            run = last_page >> _RUN_SHIFT
            found[hashed].update((run, number) for number in _numbers_before(connection, run, hashed, most))
    return found


def _last_page(run: int, hashed: int) -> int:
    """The greatest row id that a page beginning with the hash may have."""
    return run << _RUN_SHIFT | hashed << _COUNT_BITS | (1 << _COUNT_BITS) - 1


def _numbers_before(connection: sqlite3.Connection, run: int, hashed: int, most: int) -> list[int]:
    """The numbers that a run files under a hash, from the last page that may hold it back to the first."""
    rows = connection.execute(
        "SELECT entries FROM id_page WHERE id BETWEEN ? AND ? ORDER BY id DESC",
        (run << _RUN_SHIFT, _last_page(run, hashed)),
    )
    numbers: list[int] = []
    for (packed,) in rows:
        entries = _unpacked(packed, "Q")
        start = bisect_left(entries, hashed << NUMBER_BITS)
        end = bisect_left(entries, (hashed + 1) << NUMBER_BITS)
        numbers += [entry & _NUMBER_MASK for entry in reversed(entries[start:end])]
        if start > 0 or len(numbers) >= most:
            break
    return numbers[:most]


def _slots_at(connection: sqlite3.Connection, wanted: set[tuple[int, int]]) -> Mapping[tuple[int, int], int]:
    pages = {run << _RUN_SHIFT | number // PAGE_ENTRIES for run, number in wanted}
    rows = connection.execute(
        "SELECT id, slots FROM id_slots WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(pages)),)
    )
    slots_by_page = {page_id: _unpacked(packed, "q") for page_id, packed in rows}
    try:
        return {
            (run, number): slots_by_page[run << _RUN_SHIFT | number // PAGE_ENTRIES][number % PAGE_ENTRIES]
            for run, number in wanted
        }
    except (KeyError, IndexError):
        raise StoreDamaged("the index of the store is damaged; restore a copy, or collect again") from None


def _packed(kind: str, values: Iterable[int]) -> bytes:
    """Eight bytes each, the greatest first on every machine: the order of the bytes is that of the numbers."""
    packed = array(kind, values)
    if sys.byteorder == "little":
        packed.byteswap()
    return packed.tobytes()


def _unpacked(packed: bytes, kind: str) -> "array[int]":
    values = array(kind)
    values.frombytes(packed)
    if sys.byteorder == "little":
        values.byteswap()
    return values
