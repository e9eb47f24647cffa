"""A flow as a Mermaid sequence diagram: `hopscope show ID --mermaid` (pure).

    sequenceDiagram
        participant f1 as place-order
        participant b1 as bus orders
        f1->>b1: order_placed
        b1->>f2: order_placed (waited 31ms)
        f2--xf2: TimeoutError

GitHub, GitLab and most editors draw it, up to a size. Names from messages are cut down to what Mermaid reads as plain
text.
"""

from collections.abc import Iterator
from itertools import islice

from hopscope_collector.export.plain import plain
from hopscope_collector.flow import Flow, Hop, Link, Send
from hopscope_collector.redaction import redacted
from hopscope_collector.shape.brokers import broker_of
from hopscope_collector.shape.times import duration

MOST_CHARACTERS = 49_000
"""Of the whole diagram: Mermaid draws none of more than 50,000, unless it is set up otherwise."""

_PLAIN = " -_./{}()×"
_LONGEST_LABEL = 80


def mermaid_lines(flow: Flow, now_us: int) -> Iterator[str]:
    """The lines of the diagram, in the order in which things began; as many as are drawn."""
    participants = _Participants()
    told = _body(redacted(flow), participants, now_us)
    body: list[str] = []
    names: list[str] = []
    characters = left_out = 0
    for line in told:
        more = [f"    participant {alias} as {_plain(label)}" for label, alias in participants.since(len(names))]
        characters += sum(len(each) + 1 for each in (*more, line)) + 4
        if characters > MOST_CHARACTERS:
            left_out = 1 + sum(1 for _ in told)
            break
        names += more
        body.append(f"    {line}")
    yield from ("sequenceDiagram", *names, *body)
    if left_out:
        yield f"    Note over p1: {left_out} more steps are not drawn"


class _Participants:
    """A short alias for everything that takes part, in order of appearance."""

    def __init__(self) -> None:
        self._aliases: dict[str, str] = {}

    def alias(self, label: str) -> str:
        """The alias of a function or a broker, made when it is seen first."""
        return self._aliases.setdefault(label, f"p{len(self._aliases) + 1}")

    def since(self, known: int) -> Iterator[tuple[str, str]]:
        """Labels and aliases of all but so many."""
        return islice(self._aliases.items(), known, None)


def _body(flow: Flow, participants: _Participants, now_us: int) -> Iterator[str]:
    """What was sent, who received it, what failed; then what is still waited for."""
    hops = {hop.id: hop for hop in flow.hops}
    sends = {send.id: send for send in flow.sends}
    into: dict[str, list[Link]] = {hop.id: [] for hop in flow.hops}
    for link in flow.links:
        into[link.to_id].append(link)
    told: set[str] = set()
    for hop in flow.hops:
        if not into[hop.id]:
            caller = participants.alias("caller" if hop.source in ("apigateway", "function-url") else hop.source)
            yield f"{caller}->>{participants.alias(hop.function)}: {_plain(hop.name or 'begins')}"
        for link in into[hop.id]:
            send = sends.get(link.from_id)
            if send is not None and send.id not in told:
                told.add(send.id)
                yield _sent(send, hops[send.hop], participants)
            yield _received(link, send, hop, (hops, participants))
        if hop.error is not None:
            function = participants.alias(hop.function)
            yield f"{function}--x{function}: {_plain(hop.error.type)} (attempt {hop.attempt})"
    for send in flow.sends:
        if send.id not in told:
            yield _sent(send, hops[send.hop], participants)
    for wait in flow.waits:
        words = f"{wait.state} {wait.expected} since {duration(now_us - wait.since_us)}"
        yield f"Note over {participants.alias(flow.hops[-1].function)}: {_plain(words)}"


def _sent(send: Send, sender: Hop, participants: _Participants) -> str:
    arrow = "-x" if send.error is not None else "->>"
    error = f" ({send.error.type})" if send.error is not None else ""
    label = _plain((send.name or send.operation) + error)
    return f"{participants.alias(sender.function)}{arrow}{participants.alias(broker_of(send))}: {label}"


def _received(link: Link, send: Send | None, hop: Hop, known: tuple[dict[str, Hop], _Participants]) -> str:
    hops, participants = known
    source = broker_of(send) if send is not None else hops[link.from_id].function
    arrow = "->>" if link.is_exact else "-->>"
    waited = f" (waited {duration(link.waited_us)})" if link.waited_us is not None else ""
    by = "" if link.is_exact else f" by {link.evidence[0]}"
    again = f" attempt {hop.attempt}" if hop.attempt > 1 else ""
    label = _plain(f"{hop.name or hop.source}{again}{by}{waited}")
    return f"{participants.alias(source)}{arrow}{participants.alias(hop.function)}: {label}"


def _plain(text: str) -> str:
    """Letters, digits and harmless signs: what Mermaid takes for text and not for syntax."""
    shown = "".join(each if each.isalnum() or each in _PLAIN else "_" for each in plain(text[:_LONGEST_LABEL]))
    return "end_" if shown.strip().lower() == "end" else shown.strip() or "_"
