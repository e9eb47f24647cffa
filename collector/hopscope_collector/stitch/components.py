"""Things that belong together, by disjoint sets (pure data structure).

The representative of a set is its smallest member, so the result does not depend on the order of the unions.
"""

from collections.abc import Iterable


class Components:
    """Disjoint sets of texts. Mutable, and alive only inside one call of `flows_of()`."""

    __slots__ = ("_parents",)

    def __init__(self, members: Iterable[str] = ()) -> None:
        self._parents = {member: member for member in members}

    def of(self, member: str) -> str:
        """The representative of the member's set; an unknown member begins a set of its own."""
        parents = self._parents
        root = parents.setdefault(member, member)
        while parents[root] != root:
            root = parents[root]
        while parents[member] != root:
            parents[member], member = root, parents[member]
        return root

    def unite(self, one: str, other: str) -> bool:
        """Make one set of two. False when they were one already."""
        first, second = sorted((self.of(one), self.of(other)))
        if first == second:
            return False
        self._parents[second] = first
        return True

    def are_one(self, one: str, other: str) -> bool:
        """Whether both are in the same set."""
        return self.of(one) == self.of(other)
