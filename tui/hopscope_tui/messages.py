"""What workers and widgets tell the screens. Frozen: a message is a fact."""

from dataclasses import dataclass

from textual.message import Message

from hopscope_collector.flow import Flow
from hopscope_tui.source import Window


@dataclass(frozen=True)
class WindowWanted(Message):
    """The list shows rows that it does not hold."""

    first: int
    count: int


@dataclass(frozen=True)
class WindowRead(Message):
    """A worker has read part of the list."""

    filter_text: str
    window: Window


@dataclass(frozen=True)
class FlowRead(Message):
    """A worker has read one flow. None when the source knows it no more."""

    flow: Flow | None


@dataclass(frozen=True)
class NothingNew(Message):
    """A worker has asked, and what is shown still holds."""


@dataclass(frozen=True)
class FilterWrong(Message):
    """The filter cannot be understood."""

    filter_text: str
    message: str
    start: int
    end: int


@dataclass(frozen=True)
class SourceFailed(Message):
    """The source could not answer; it will be asked again."""

    problem: str
