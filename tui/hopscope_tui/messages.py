"""What workers and widgets tell the screens.

Textual writes into a message as it travels, so the classes cannot be frozen; what they carry is.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from hopscope_collector.flow import Flow
from hopscope_collector.kinds import Kinds
from hopscope_tui.lists.sorting import Order
from hopscope_tui.sources.contract import PLAIN, Window

if TYPE_CHECKING:
    from hopscope_collector.executions.model import Execution


@dataclass
class WindowWanted(Message):
    """The list shows rows that it does not hold."""

    first: int
    count: int


@dataclass
class WindowRead(Message):
    """A worker has read part of the list."""

    filter_text: str
    window: Window
    order: Order = PLAIN


@dataclass
class KindsRead(Message):
    """A worker has grouped the flows by kind."""

    filter_text: str
    kinds: Kinds


@dataclass
class FlowRead(Message):
    """A worker has read one flow. None when the source knows it no more."""

    flow: Flow | None
    execution: "Execution | None" = None
    """The execution that was asked for with it."""


@dataclass
class NothingNew(Message):
    """A worker has asked, and what is shown still holds."""


@dataclass
class FilterWrong(Message):
    """The filter cannot be understood."""

    filter_text: str
    message: str
    start: int
    end: int


@dataclass
class SourceFailed(Message):
    """The source could not answer; it will be asked again."""

    problem: str


@dataclass
class Pointed(Message):
    """The cursor of a view stands on a step."""

    step_id: str


@dataclass
class Followed(Message):
    """The person wants to go on from the step under the cursor."""
