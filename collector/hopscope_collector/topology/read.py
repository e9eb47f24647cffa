"""The text of a topology file to a `Topology`, with errors that name the place (pure)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from hopscope_collector.errors import InputError
from hopscope_collector.topology.model import Node, Route, Sending, Topology

VERSION = 1
T = TypeVar("T")
_WHAT = "expected what `serverless hopscope topology` or `hopscope topology --from-aws` writes"


class BadTopology(InputError):
    """A topology file that is not understood. Nothing of it is used then."""


def topology_of(text: str, file_name: str) -> Topology:
    """The topology that a JSON text holds.

    Fields that this version does not know are passed over: a newer plugin may say more.

    Raises:
        BadTopology: names the place, what stands there and what was expected.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadTopology(f"{file_name} is not JSON: {error}; {_WHAT}") from None
    place = _Place(file_name, "", document if isinstance(document, dict) else {})
    if "topology" not in place.values:
        raise BadTopology(f"{file_name} holds no topology; {_WHAT}")
    if place.values.get("hopscope") != VERSION:
        given = place.values.get("hopscope")
        raise BadTopology(f"{file_name} has the version {given!r:.40}; expected {VERSION}; {_WHAT}")
    topology = place.inside("topology")
    return Topology(
        nodes=tuple(_node(each) for each in topology.each("nodes")),
        routes=tuple(_route(each) for each in topology.each("routes")),
        sends=tuple(_sending(each) for each in topology.each("sends")),
        about={name: value for name, value in topology.values.items() if isinstance(value, str)},
    )


def _node(place: "_Place") -> Node:
    return Node(
        id=place.text("id"),
        kind=place.text("kind"),
        name=place.optional("name", str, "a text or null"),
        is_traced=place.optional("is_traced", bool, "true, false or null"),
        visibility_s=place.optional("visibility_s", int, "a whole number of seconds"),
        is_foreign=place.optional("is_foreign", bool, "true or false") or False,
    )


def _route(place: "_Place") -> Route:
    is_enabled = place.optional("is_enabled", bool, "true or false")
    keeps_event = place.optional("keeps_event", bool, "true or false")
    return Route(
        id=place.text("id"),
        kind=place.text("kind"),
        source=place.optional("from", str, "the id of a node or null"),
        target=place.text("to"),
        pattern=place.optional("pattern", dict, "an event pattern"),
        filters=place.optional("filters", list, "a list of filters"),
        filter_policy=place.optional("filter_policy", dict, "a filter policy"),
        is_policy_of_body=place.values.get("filter_policy_scope") == "MessageBody",
        is_enabled=is_enabled is not False,
        keeps_event=keeps_event is not False,
        dead_letters=place.optional("dead_letters", str, "the id of a node or null"),
        after_receives=place.optional("after_receives", int, "a whole number"),
    )


def _sending(place: "_Place") -> Sending:
    senders = place.optional("from", list, "a list of ids") or []
    actions = place.optional("actions", list, "a list of texts") or []
    return Sending(place.text("by"), tuple(map(str, senders)), place.text("to"), tuple(map(str, actions)))


@dataclass(frozen=True, slots=True)
class _Place:
    """One object of the file, with the words that say where it stands."""

    file_name: str
    path: str
    values: Mapping[str, Any]

    def inside(self, name: str) -> "_Place":
        value = self.values.get(name)
        if not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return _Place(self.file_name, name, value)

    def each(self, name: str) -> "list[_Place]":
        values = self.values.get(name, [])
        if not isinstance(values, list):
            raise self.wrong(name, "a list of objects")
        paths = [f"{self.path}.{name}[{number}]" for number in range(len(values))]
        for path, value in zip(paths, values, strict=True):
            if not isinstance(value, dict):
                raise BadTopology(f"{self.file_name}: {path} is {value!r:.80}; expected an object; {_WHAT}")
        return [_Place(self.file_name, path, value) for path, value in zip(paths, values, strict=True)]

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise self.wrong(name, "a text")
        return value

    def optional(self, name: str, kind: type[T], expected: str) -> T | None:
        value = self.values.get(name)
        if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
            return value
        raise self.wrong(name, expected)

    def wrong(self, name: str, expected: str) -> BadTopology:
        where = f"{self.path}.{name}" if self.path else name
        return BadTopology(f"{self.file_name}: {where} is {self.values.get(name)!r:.80}; expected {expected}; {_WHAT}")
