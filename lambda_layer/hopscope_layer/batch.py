"""A batch that remembers which of its messages the function is at.

`Records` is a `list` for every purpose: equality, JSON, slicing, `copy`, `pickle`. Iterating it tells the invocation
which message is current; leaving the loop, by its end, `break` or an exception, restores what was before.
"""

import sys
from _thread import get_ident

from hopscope_layer.current import Place
from hopscope_layer.guard import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType
    from typing import Any

    from hopscope_layer.current import Invocation


_GENERATOR = 0x20
"""The flag of code whose frame waits between two values (`inspect.CO_GENERATOR`)."""

_opcodes: "list[int]" = []
"""What a `for` asks for an iterator with: no module that knows its number is loaded on Lambda."""


class Records(list):  # type: ignore[type-arg]  # a subscript at run time would cost an import
    """The records of an event, in place of the list that was parsed."""

    __slots__ = ("_index_by_id", "_invocation", "_kept")

    def __init__(self, records: "Iterable[Any]" = (), invocation: "Invocation | None" = None) -> None:
        super().__init__(records)
        self._invocation = invocation
        if invocation is not None:
            # What is taken out of the list is kept, so that no other record gets its id.
            self._kept = self[:]
            self._index_by_id = {id(record): index for index, record in enumerate(self._kept)}

    def __iter__(self) -> "Iterator[Any]":
        records = super().__iter__()
        if self._invocation is None:
            return records
        try:
            place = Place(is_loop=_is_loop(sys._getframe(1)))
            return _followed(records, self._invocation, self._index_by_id, place)
        except Exception as fault:  # noqa: BLE001  the boundary of every hook
            note("follow the batch", fault)
        return records

    def __reversed__(self) -> "Iterator[Any]":
        records = super().__reversed__()
        if self._invocation is None:
            return records
        try:
            return _followed(records, self._invocation, self._index_by_id, Place(is_loop=False))
        except Exception as fault:  # noqa: BLE001  as above
            note("follow the batch", fault)
        return records

    def __reduce_ex__(self, protocol: object) -> "tuple[type[list[Any]], tuple[list[Any]]]":
        # A copy or a pickle is the plain list that the function would have had.
        return list, (self[:],)


# jmespath, and Powertools with it, looks at the name of a value's type.
Records.__name__ = Records.__qualname__ = "list"


class _Asked:
    """Is iterated once, to see what a `for` asks with."""

    def __iter__(self) -> "Iterator[None]":
        frame = sys._getframe(1)
        _opcodes.append(frame.f_code.co_code[frame.f_lasti])
        return iter(())


for _ in _Asked():
    pass


def _is_loop(frame: "FrameType") -> bool:
    """Whether the frame is about to loop over what it asks for; a generator may hand on what it takes."""
    code = frame.f_code
    return not code.co_flags & _GENERATOR and code.co_code[frame.f_lasti] in _opcodes


def _followed(
    records: "Iterator[Any]", invocation: "Invocation", index_by_id: "dict[int, int]", place: Place
) -> "Iterator[Any]":
    before = invocation.place
    thread = get_ident()
    try:
        for record in records:
            place.index, place.thread = index_by_id.get(id(record)), get_ident()
            place.pulled += 1
            invocation.place = place
            yield record
    finally:
        # An iterator that another thread throws away says nothing of where this one is.
        if get_ident() == thread:
            invocation.place = before
