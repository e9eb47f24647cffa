"""`place-order > order_placed > notify-restaurant`: does a flow go that way? (pure)

Names of functions and of messages, in the order in which one led to another. Between two functions stands one message,
which may be left out; `...` stands for any number of both. A name may be a pattern: `notify-*`.

    place-order > notify-restaurant                     straight on, by whatever message
    POST /orders > place-order > ... > complete-order   from the request to the end, however long the way
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hopscope_collector.flow import Flow, attempts_of
from hopscope_collector.resource_names import resource_name

ANY = frozenset({"...", "…"})


@dataclass(frozen=True, slots=True)
class _Place:
    """A consumer's attempts at a message, and how they were reached."""

    function: str
    messages: frozenset[str]
    """Names that the message may be called by."""

    group: str
    before: str | None = None
    """The group that led here. None for a beginning."""


@dataclass(frozen=True, slots=True)
class Missed:
    """How far a flow went along a path."""

    reached: tuple[str, ...]
    expected: str
    found: tuple[str, ...]
    """What came instead, messages with their consumers."""


def names_of(path: str) -> tuple[str, ...]:
    """The names in a path; `→` and `>` both separate them."""
    return tuple(name.strip() for name in path.replace("→", ">").split(">") if name.strip())


def missed(flow: Flow, names: Sequence[str]) -> Missed | None:
    """None when the flow goes along the path; else how far it went. A failed attempt has come there, too."""
    places = list(_places(flow))
    following: dict[str, list[_Place]] = {}
    for place in places:
        if place.before is not None:
            following.setdefault(place.before, []).append(place)
    at: list[tuple[_Place, bool]] = []
    for number, name in enumerate(names):
        before = at
        at = _begun(places, name) if number == 0 else _gone_on(at, name, following)
        if not at:
            found = [
                place for each, is_open in before for place in ([each] if is_open else following.get(each.group, ()))
            ]
            shown = {_said(place) for place in (found if number else places)}
            shown |= set(_sent_to_nobody(flow, {each.group for each, is_open in before if not is_open}))
            return Missed(tuple(names[:number]), name, tuple(sorted(shown)))
    return None


def _sent_to_nobody(flow: Flow, groups: Collection[str]) -> Iterator[str]:
    """What these attempts sent and no hop received."""
    hops = {hop.id for tries in attempts_of(flow.hops) if tries[0].id in groups for hop in tries}
    received = {link.from_id for link in flow.links}
    for send in flow.sends:
        if send.hop in hops and send.id not in received:
            yield f"{send.kind or send.name or send.service} > nobody"


def _begun(places: Sequence[_Place], name: str) -> list[tuple[_Place, bool]]:
    """Where a path may begin. True beside a place whose message was named, but not yet its function."""
    if name in ANY:
        return [(place, False) for place in places] + [(place, True) for place in places]
    found = [(place, False) for place in places if fnmatchcase(place.function, name)]
    return found + [(place, True) for place in places if _is_called(place, name)]


def _gone_on(
    at: Sequence[tuple[_Place, bool]], name: str, following: dict[str, list[_Place]]
) -> list[tuple[_Place, bool]]:
    found: dict[tuple[_Place, bool], None] = {}
    for place, is_open in at:
        if name in ANY:
            found.update(dict.fromkeys(_anywhere_after(place, following)))
        elif is_open:
            if fnmatchcase(place.function, name):
                found[(place, False)] = None
        else:
            for after in following.get(place.group, ()):
                if fnmatchcase(after.function, name):
                    found[(after, False)] = None
                if _is_called(after, name):
                    found[(after, True)] = None
    return list(found)


def _anywhere_after(place: _Place, following: dict[str, list[_Place]]) -> Iterator[tuple[_Place, bool]]:
    """The place itself and all that it led to, directly or not."""
    pending, seen = [place], {place.group}
    while pending:
        here = pending.pop()
        yield here, False
        for after in following.get(here.group, ()):
            yield after, True
            if after.group not in seen:
                seen.add(after.group)
                pending.append(after)


def _is_called(place: _Place, name: str) -> bool:
    return any(fnmatchcase(message, name) for message in place.messages)


def _said(place: _Place) -> str:
    message = min(place.messages, default="")
    return f"{message} > {place.function}" if message else place.function


def _places(flow: Flow) -> Iterator[_Place]:
    """Every group of attempts, once for each way that led to it."""
    groups = attempts_of(flow.hops)
    group_of = {hop.id: tries[0].id for tries in groups for hop in tries}
    sends = {send.id: send for send in flow.sends}
    for tries in groups:
        first, group = tries[0], tries[0].id
        own = {name for hop in tries for name in (hop.name, resource_name(hop.origin)) if name}
        ways = {
            (group_of.get(send.hop if send else link.from_id), send.id if send else "")
            for link in flow.links
            if group_of.get(link.to_id) == group
            for send in (sends.get(link.from_id),)
        }
        for before, send_id in sorted(ways, key=str) or [(None, "")]:
            send = sends.get(send_id)
            names = (send.kind, send.name, resource_name(send.destination)) if send else ()
            named = {name for name in names if name}
            yield _Place(first.function, frozenset(own | named), group, before if before != group else None)
