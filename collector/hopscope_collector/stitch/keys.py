"""Joining traces that carry the same business key (pure).

    trace 1   place-order ─▶ notify-restaurant ─▶ (restaurant_notified, order_id=o-42)
                                                          ┆ key
    trace 2                                        POST /orders/{id}/accept (order_id=o-42) accept-order ─▶ …

A value that more traces share than `max_traces_per_value` is no business id but a tenant or a date: it joins
nothing at all, whatever came first, and is named in the notes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hopscope_collector.flow import Hop
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.weave import Weave, names_of

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class _Point:
    """Where a key was seen: a hop, or one of its sends."""

    at_us: int
    id: str
    hop_id: str
    names: tuple[str, ...]


def add_key_edges(weave: Weave) -> None:
    """Join the traces of each key value, and link each to what carried the key last before it."""
    _confirm(weave)
    trace_of = {hop.id: weave.joined.of(hop.id) for hop in weave.hops}
    heads: dict[str, Hop] = {}
    for hop in weave.heads():
        heads.setdefault(trace_of[hop.id], hop)
    for hop in weave.hops:
        heads.setdefault(trace_of[hop.id], hop)
    for key, points in sorted(_points_by_key(weave).items()):
        traces = {trace_of[point.hop_id] for point in points}
        if f"{key[0]}={key[1]}" in weave.shared_keys:
            continue  # which of its traces are here depends on what else was asked for
        if len(traces) > weave.rules.max_traces_per_value:
            _note_shared(weave, key, points, len(traces))
        elif len(traces) > 1:
            ordered = sorted((heads[trace] for trace in traces), key=lambda hop: (hop.started_us, hop.id))
            _join(weave, key, ordered, _Sightings(points, ordered, trace_of))


def _confirm(weave: Weave) -> None:
    """Note the key as one more reason on edges that are known anyway."""
    for edge in weave.evidence:
        source = weave.index.sends_by_id.get(edge[0]) or weave.index.hops_by_id[edge[0]]
        target = weave.index.hops_by_id[edge[1]]
        for name, value in sorted(source.keys.items()):
            if weave.rules.joins(name) and target.keys.get(name) == value:
                weave.add(edge, "key", f"{name}={value}")


def _points_by_key(weave: Weave) -> dict[Key, list[_Point]]:
    by_key: dict[Key, list[_Point]] = {}
    for hop in weave.hops:
        _see(by_key, hop.keys, _Point(hop.started_us, hop.id, hop.id, names_of(hop)), weave.rules)
    for send in weave.index.sends_by_id.values():
        if not send.is_of_batch:
            _see(by_key, send.keys, _Point(send.sent_us, send.id, send.hop, names_of(send)), weave.rules)
    return by_key


def _see(by_key: dict[Key, list[_Point]], keys: Mapping[str, str], point: _Point, rules: Rules) -> None:
    for key in keys.items():
        if rules.joins(key[0]):
            by_key.setdefault(key, []).append(point)


class _Sightings:
    """Where one key was seen, by time, in traces that are ranked by their start."""

    __slots__ = ("_points", "_rank_of", "_trace_of", "names_by_rank")

    def __init__(self, points: Iterable[_Point], heads: Sequence[Hop], trace_of: Mapping[str, str]) -> None:
        self._points = sorted(points)
        self._trace_of = trace_of
        self._rank_of = {trace_of[head.id]: rank for rank, head in enumerate(heads)}
        self.names_by_rank: list[set[str]] = [set(names_of(head)) for head in heads]
        for point in self._points:
            self.names_by_rank[self._rank(point)].update(point.names)

    def last_before(self, head: Hop, rank: int, awaiting: set[str]) -> _Point:
        """What an earlier trace saw last, of what awaited the head if a rule says so; by skewed clocks, the first."""
        awaited = (point for point in self._earlier(head, rank) if not awaiting.isdisjoint(point.names))
        found = next(awaited, None) if awaiting else None
        return (
            found
            or next(self._earlier(head, rank), None)
            or next(point for point in self._points if self._rank(point) < rank)
        )

    def _earlier(self, head: Hop, rank: int) -> Iterator[_Point]:
        end = bisect_right(self._points, head.started_us, key=lambda point: point.at_us)
        return (point for point in reversed(self._points[:end]) if self._rank(point) < rank)

    def _rank(self, point: _Point) -> int:
        return self._rank_of[self._trace_of[point.hop_id]]


def _join(weave: Weave, key: Key, heads: Sequence[Hop], seen: _Sightings) -> None:
    for rank, head in enumerate(heads[1:], 1):
        awaiting = {rule.after for rule in weave.rules.expect if rule.expect in seen.names_by_rank[rank]}
        point = seen.last_before(head, rank, awaiting)
        if not weave.joined.are_one(point.hop_id, head.id) and not weave.linked.are_one(point.hop_id, head.id):
            weave.link((point.id, head.id), "key", f"{key[0]}={key[1]}")
        weave.joined.unite(point.hop_id, head.id)


def _note_shared(weave: Weave, key: Key, points: Iterable[_Point], traces: int) -> None:
    limit = weave.rules.max_traces_per_value
    for point in points:
        weave.note(
            point.hop_id, f"{key[0]}={key[1]} is shared by {traces:,} traces (limit {limit:,}): it joins nothing"
        )
