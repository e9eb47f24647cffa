"""A batch that remembers which of its messages the function is at.

`Records` is a `list` for every purpose: equality, JSON, slicing, `copy`, `pickle`. Iterating it tells the invocation
which message is current; leaving the loop, by its end, `break` or an exception, restores what was before.
"""

from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from hopscope_layer.current import Invocation


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
        return records if self._invocation is None else _followed(records, self._invocation, self._index_by_id)

    def __reversed__(self) -> "Iterator[Any]":
        records = super().__reversed__()
        return records if self._invocation is None else _followed(records, self._invocation, self._index_by_id)

    def __reduce_ex__(self, protocol: object) -> "tuple[type[list[Any]], tuple[list[Any]]]":
        # A copy or a pickle is the plain list that the function would have had.
        return list, (self[:],)


# jmespath, and Powertools with it, looks at the name of a value's type.
Records.__name__ = Records.__qualname__ = "list"


def _followed(records: "Iterator[Any]", invocation: "Invocation", index_by_id: "dict[int, int]") -> "Iterator[Any]":
    before, thread_before = invocation.message, invocation.message_thread
    thread = get_ident()
    try:
        for record in records:
            invocation.message, invocation.message_thread = index_by_id.get(id(record)), get_ident()
            yield record
    finally:
        # An iterator that another thread throws away says nothing of where this one is.
        if get_ident() == thread:
            invocation.message, invocation.message_thread = before, thread_before
