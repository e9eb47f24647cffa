"""What a flow has in common with others like it (pure).

Two million orders have a few dozen different traits between them. A filter on status, function, event, error or kind
is decided by them alone.
"""

from dataclasses import dataclass

import msgspec

from hopscope_collector.flow import Flow, FlowStatus
from hopscope_collector.search.mentions import errors_in, names_in

MOST_NAMES = 64
"""A flow that mentions more is one of a kind: it gets no traits, and is looked at itself."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Everything in it is sorted, so that equal traits have equal texts."""

    status: FlowStatus
    kind: str
    functions: tuple[str, ...]
    names: tuple[str, ...]
    """Of events, requests and functions."""

    errors: tuple[str, ...]


def traits_of(flow: Flow) -> Traits | None:
    """None for a flow that mentions too much to be like others."""
    functions, names, errors = {hop.function for hop in flow.hops}, names_in(flow), errors_in(flow)
    if len(names) + len(errors) > MOST_NAMES:
        return None
    return Traits(flow.status, flow.kind, tuple(sorted(functions)), tuple(sorted(names)), tuple(sorted(errors)))


_decoder = msgspec.json.Decoder(Traits)


def text_of(traits: Traits) -> str:
    """One text for equal traits."""
    return msgspec.json.encode(traits).decode()


def traits_in(text: str) -> Traits:
    """What `text_of()` wrote."""
    return _decoder.decode(text)
