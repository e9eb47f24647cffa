"""By how much clocks are off, as far as what led to what shows it (pure).

    sent 12:00:09 by a   ─▶   received 12:00:02 by b           b is at least 7 s behind: its times, 7 s later
    sent 12:00:09 by a   ─▶   taken by the queue at 12:00:01   a is 8 s ahead: its times, 8 s earlier
                         ─▶   received 12:00:02 by b           b agrees with the queue: as recorded

A message is sent, taken by its broker and received, in this order: nothing else is assumed, and no clock is moved
further than that needs. The brokers' clock is AWS's own and stands; where none is known, the later one moves. An
invocation has one clock. Recorded times are kept as they are: what is given here is only what to add to them.
"""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from hopscope_collector.flow import Hop, Link, Send

KEEP_TIME = frozenset({"sqs", "sns", "kinesis"})
"""Brokers that stamp messages themselves. The time of an event on a bus is its sender's to set."""

_AWS_RECORDED = frozenset({"states", "durable"})
"""Executions: their times are AWS's own."""

_SECOND_US = 1_000_000
_MILLISECOND_US = 1_000

_Need = tuple[str, int]
"""A clock, and by how much it must be later than another one."""


def clock_offsets(hops: Sequence[Hop], sends: Iterable[Send], links: Iterable[Link]) -> dict[str, int]:
    """Microseconds to add to the times of a hop and of what it sent, by hop id; hops whose clock may stand are absent.

    Linear in hops and links. Should ids contradict one another, nothing is corrected.
    """
    clocks = _Clocks(hops, sends, [link for link in links if link.is_exact])
    if clocks.agree():
        return {}
    offsets = clocks.offsets()
    return {hop.id: offsets[hop.invocation_id] for hop in hops if offsets.get(hop.invocation_id)}


class _Clocks:
    """The clocks of one flow, by invocation id, and what is known of each."""

    __slots__ = ("_hops", "_later", "_least", "_most", "_sends")

    def __init__(self, hops: Sequence[Hop], sends: Iterable[Send], links: Iterable[Link]) -> None:
        self._hops = {hop.id: hop for hop in hops}
        self._sends = {send.id: send for send in sends}
        self._later: dict[str, list[_Need]] = {}
        self._least: dict[str, int] = {}
        self._most: dict[str, int] = {}
        for hop in hops:
            if hop.source in _AWS_RECORDED:
                self._at_least(hop.invocation_id, 0)
                self._at_most(hop.invocation_id, 0)
            elif hop.sent_us is not None and hop.source in KEEP_TIME:
                self._at_least(hop.invocation_id, hop.sent_us - hop.started_us)
        for link in without_repeats(links, self._sends):
            self._see(link)

    def _see(self, link: Link) -> None:
        send, target = self._sends.get(link.from_id), self._hops[link.to_id]
        sender = self._hops[send.hop if send else link.from_id]
        if sender.invocation_id == target.invocation_id:
            return
        left_us = send.sent_us if send else sender.started_us
        self._later.setdefault(sender.invocation_id, []).append((target.invocation_id, left_us - target.started_us))
        if target.sent_us is not None and target.source in KEEP_TIME:
            self._at_most(sender.invocation_id, target.sent_us + _rounded_by_us(target.sent_us) - left_us)

    def _at_least(self, clock: str, offset_us: int) -> None:
        self._least[clock] = max(offset_us, self._least.get(clock, offset_us))

    def _at_most(self, clock: str, offset_us: int) -> None:
        self._most[clock] = min(offset_us, self._most.get(clock, offset_us))

    def agree(self) -> bool:
        """Whether everything is in order as it was recorded."""
        return (
            all(least_us <= 0 for least_us in self._least.values())
            and all(most_us >= 0 for most_us in self._most.values())
            and all(later_us <= 0 for needs in self._later.values() for _, later_us in needs)
        )

    def offsets(self) -> Mapping[str, int]:
        """The smallest offsets that put everything in order, senders first."""
        order = self._senders_first()
        for clock in reversed(order):
            for later, by_us in self._later.get(clock, ()):
                if later in self._most:
                    self._at_most(clock, self._most[later] - by_us)
        offsets: dict[str, int] = {}
        for clock in order:
            wanted_us = min(0, self._most.get(clock, 0))
            offsets[clock] = max(wanted_us, self._least.get(clock, wanted_us))
            for later, by_us in self._later.get(clock, ()):
                self._at_least(later, offsets[clock] + by_us)
        return offsets

    def _senders_first(self) -> list[str]:
        before: dict[str, list[str]] = {}
        for hop in self._hops.values():
            before.setdefault(hop.invocation_id, [])
        for clock, needs in self._later.items():
            for later, _ in needs:
                before[later].append(clock)
        try:
            return list(TopologicalSorter(before).static_order())
        except CycleError:
            return []


def without_repeats(links: Iterable[Link], sends: Mapping[str, Send]) -> Iterable[Link]:
    """Of several sends that one id stands for, the first: what a broker deduplicates may be sent after it arrived."""
    first: dict[str, tuple[int, str, Link]] = {}
    for link in links:
        send = sends.get(link.from_id)
        found = (send.sent_us if send else 0, link.from_id, link)
        known = first.get(link.to_id)
        if known is None or found[:2] < known[:2]:
            first[link.to_id] = found
    return [link for _, _, link in first.values()]


def _rounded_by_us(moment_us: int) -> int:
    """How much a broker may have cut off: some tell whole seconds, the others milliseconds."""
    return _MILLISECOND_US if moment_us % _SECOND_US else _SECOND_US
