"""What is known while hops are being woven into flows (mutable, alive only inside one call of `flows_of()`).

exact    ids prove it          ┐
header   the same X-Ray Root   ├─ each reads the weave and adds edges to it, strongest evidence first
keys     the same business key │
bodies   the same body         ┘
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from hopscope_collector.flow import Evidence, Hop, Send
from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.components import Components

PRODUCER_DIGITS = 12
"""How many digits of a send's id are those of its invocation."""

Edge = tuple[str, str]
"""From a send or a hop, to a hop."""


class Index:
    """Hops and sends by everything that can name them."""

    __slots__ = ("hops_by_id", "hops_by_producer", "hops_by_request", "sends_by_id", "sends_by_ref")

    def __init__(self, hops: Sequence[Hop], sends: Sequence[Send]) -> None:
        self.hops_by_id = {hop.id: hop for hop in hops}
        self.sends_by_id = {send.id: send for send in sends}
        self.hops_by_producer: dict[str, list[Hop]] = {}
        self.hops_by_request: dict[str, list[Hop]] = {}
        self.sends_by_ref: dict[str, list[Send]] = {}
        for hop in hops:
            self.hops_by_producer.setdefault(hop.invocation_id[:PRODUCER_DIGITS], []).append(hop)
            if hop.request_id:
                self.hops_by_request.setdefault(hop.request_id, []).append(hop)
        for send in sends:
            for ref in send.refs:
                self.sends_by_ref.setdefault(ref, []).append(send)

    def sender_of(self, from_id: str) -> Hop:
        """The hop that an edge comes from, be its beginning a send or the hop itself."""
        send = self.sends_by_id.get(from_id)
        return self.hops_by_id[send.hop if send else from_id]


@dataclass(slots=True)
class Weave:
    """Hops, and the edges found between them so far."""

    hops: Sequence[Hop]
    """Sorted by start, then id."""

    index: Index
    rules: Rules
    first_attempts: Mapping[tuple[str, ...], str]
    """Id of the first attempt, by consumption."""

    matched: Mapping[str, Sequence[BrokerFact]] = field(default_factory=dict)
    """By the ref of an event: what its bus says of the rules that matched it."""

    shared_keys: Collection[str] = ()
    """Keys (`name=value`) that more records hold than are here: they join nothing."""

    evidence: dict[Edge, dict[Evidence, str]] = field(default_factory=dict)
    """By edge, then by kind: what was equal on both sides."""

    linked: Components = field(default_factory=Components)
    """Hops that edges connect: an edge between two of them could close a circle."""

    joined: Components = field(default_factory=Components)
    """Hops of one flow, whether an edge is known or not."""

    named_by_trace: set[str] = field(default_factory=set)
    """Ids of hops whose trace id stands for one flow: all hops that say it is theirs are joined."""

    notes: dict[str, set[str]] = field(default_factory=dict)
    """By hop id: facts a person should know of its flow."""

    def add(self, edge: Edge, evidence: Evidence, detail: str) -> None:
        """Note one more reason for an edge; the first detail of a kind stays."""
        self.evidence.setdefault(edge, {}).setdefault(evidence, detail)

    def link(self, edge: Edge, evidence: Evidence, detail: str) -> None:
        """Add an edge between two hops that nothing connects yet, and join their flows."""
        sender = self.index.sender_of(edge[0])
        self.add(edge, evidence, detail)
        self.linked.unite(sender.id, edge[1])
        self.joined.unite(sender.id, edge[1])

    def note(self, hop_id: str, text: str) -> None:
        """Tell the flow of a hop something in words."""
        self.notes.setdefault(hop_id, set()).add(text)

    def heads(self) -> list[Hop]:
        """The first attempts that no edge leads to, sorted by start. Later attempts get what the first one got."""
        reached = {target for _, target in self.evidence}
        return [hop for hop in self.hops if hop.id not in reached and hop.id == self.first_attempts[hop.consumption]]

    def received(self) -> set[str]:
        """Ids of the sends (and hops) that an edge comes from."""
        return {source for source, _ in self.evidence}


def first_attempts_of(hops: Sequence[Hop]) -> dict[tuple[str, ...], str]:
    """Id of the first of the attempts, by consumption; `hops` are sorted by start."""
    first: dict[tuple[str, ...], str] = {}
    for hop in hops:
        first.setdefault(hop.consumption, hop.id)
    return first


def names_of(step: Hop | Send) -> tuple[str, ...]:
    """What a rule may call a hop or a send: the event or request, and the function."""
    names = (step.name, step.function) if isinstance(step, Hop) else (step.name,)
    return tuple(name for name in names if name)
