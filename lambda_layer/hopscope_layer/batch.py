"""A batch that remembers which of its messages the function is at.

`Records` is a `list` for every purpose: equality, JSON, slicing, `copy`, `pickle`. Iterating it tells the invocation
which message is current; leaving the loop, by its end, `break` or an exception, restores what was before.
"""

from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from hopscope_layer.current import Invocation


class Records(list):  # type: ignore[type-arg]  # a subscript at run time would cost an import
    """The records of an event, in place of the list that was parsed."""

    __slots__ = ("_invocation",)

    def __init__(self, records: "list[Any]", invocation: "Invocation") -> None:
        super().__init__(records)
        self._invocation = invocation

    def __iter__(self) -> "Iterator[Any]":
        return _followed(super().__iter__(), self._invocation, range(len(self)))

    def __reversed__(self) -> "Iterator[Any]":
        return _followed(super().__reversed__(), self._invocation, range(len(self) - 1, -1, -1))

    def __reduce_ex__(self, protocol: object) -> "tuple[type[list[Any]], tuple[list[Any]]]":
        # A copy or a pickle is the plain list that the function would have had.
        return list, (self[:],)


def _followed(records: "Iterator[Any]", invocation: "Invocation", indexes: "range") -> "Iterator[Any]":
    before, thread_before = invocation.message, invocation.message_thread
    try:
        for index, record in zip(indexes, records):  # noqa: B905  they have the same length
            invocation.message, invocation.message_thread = index, get_ident()
            yield record
    finally:
        invocation.message, invocation.message_thread = before, thread_before
