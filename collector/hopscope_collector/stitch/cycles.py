"""Contradictions in what led to what: the edges to leave out so that nothing precedes itself (pure).

    a ─▶ b ─▶ c        the ids say that a led to b, b to c and c to a: one of them is wrong or reused
    ▲         │   ─▶   c ─▶ a goes, because c began after a
    └─────────┘

Only edges inside such a circle are judged, and only they by the clock. Linear in the number of edges
(Tarjan's strongly connected components, without recursion).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

Edge = tuple[str, str]


def contradictory(edges: Iterable[Edge], order_of: Callable[[str], tuple[int, str]]) -> set[Edge]:
    """The edges that close a circle and lead to something that is not later by `order_of`."""
    after: dict[str, list[str]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
    circle_of = _circles(after)
    return {
        (source, target)
        for source, targets in after.items()
        for target in targets
        if circle_of[source] == circle_of.get(target, -1) and order_of(source) >= order_of(target)
    }


def _circles(after: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The number of the strongly connected component of every node that has an edge or is reached by one."""
    search = _Search(after)
    for node in after:
        if node not in search.index_of:
            search.run(node)
    return search.circle_of


class _Search:
    """The state of one depth-first search; lives only inside `_circles()`."""

    __slots__ = ("_after", "_low", "_open", "circle_of", "index_of")

    def __init__(self, after: Mapping[str, Sequence[str]]) -> None:
        self._after = after
        self.index_of: dict[str, int] = {}
        self.circle_of: dict[str, int] = {}
        self._low: dict[str, int] = {}
        self._open: list[str] = []

    def run(self, start: str) -> None:
        """Visit everything that can be reached from a node."""
        self._enter(start)
        path = [(start, iter(self._after.get(start, ())))]
        while path:
            node, targets = path[-1]
            target = next(targets, None)
            if target is None:
                path.pop()
                self._leave(node)
                if path:
                    self._lower(path[-1][0], self._low[node])
            elif target not in self.index_of:
                self._enter(target)
                path.append((target, iter(self._after.get(target, ()))))
            elif target not in self.circle_of:
                self._lower(node, self.index_of[target])

    def _enter(self, node: str) -> None:
        self.index_of[node] = self._low[node] = len(self.index_of)
        self._open.append(node)

    def _lower(self, node: str, index: int) -> None:
        self._low[node] = min(self._low[node], index)

    def _leave(self, node: str) -> None:
        """Close the component whose first node this is."""
        if self._low[node] != self.index_of[node]:
            return
        while True:
            member = self._open.pop()
            self.circle_of[member] = self.index_of[node]
            if member == node:
                return
