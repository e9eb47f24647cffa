"""What is read about single steps when the cursor stands on them: payloads by itself, log lines when asked for.

Keeps what it has read, a few hundred steps of it, so that moving back and forth reads nothing twice.
"""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.screen import Screen

from hopscope_collector.shape.outline import Step
from hopscope_tui.drawing.inspector import Known
from hopscope_tui.flow.subject import Subject
from hopscope_tui.sources.contract import FlowSource
from hopscope_tui.sources.invocation_logs import LogLines

if TYPE_CHECKING:
    from textual.timer import Timer

    from hopscope_collector.payloads import Payloads

REST_S = 0.08
"""How long the cursor must rest on a step before anything is read for it."""

_MOST_KEPT = 500
"""Steps whose payloads are kept."""

_REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


class Details:
    """Asks in the background, posts `Details.Read` to its screen when there is something new."""

    @dataclass
    class Read(Message):
        """Something was read."""

    def __init__(self, source: FlowSource) -> None:
        self._source = source
        self._payloads: dict[tuple[str, int], Payloads] = {}
        self._logs: dict[str, LogLines | None] = {}
        self._timer: Timer | None = None

    def known(self, subject: Subject, now_us: int) -> Known:
        """What was read of a subject so far."""
        step = subject.step
        request_id = step.hop.request_id if step is not None and step.hop is not None else ""
        return Known(
            now_us,
            payloads=self._payloads.get(_key(step)) if step is not None else None,
            log=self._logs.get(request_id),
            is_log_awaited=request_id in self._logs and self._logs[request_id] is None,
            environment={name: os.environ[name] for name in _REGION_VARIABLES if name in os.environ},
        )

    def keep_log(self, request_id: str, log: LogLines | None) -> None:
        """The lines of an invocation; None while they are read."""
        self._logs[request_id] = log

    def ask(self, screen: Screen[None], subject: Subject) -> None:
        """Read the payloads of a step, once the cursor rests."""
        step = subject.step
        if self._timer is not None:
            self._timer.stop()
        if step is not None:
            invocations = _invocations_of(step)
            self._timer = screen.set_timer(REST_S, lambda: self._start(screen, step, invocations))

    def _start(self, screen: Screen[None], step: Step, invocation_ids: list[str]) -> None:
        def read() -> None:
            try:
                found = self._source.payloads(invocation_ids)
            except Exception:  # noqa: BLE001 - the worker's boundary: the screen itself says when its source fails
                return
            if len(self._payloads) >= _MOST_KEPT:
                self._payloads.clear()
            self._payloads[_key(step)] = found
            screen.post_message(self.Read())

        screen.run_worker(read, thread=True, exclusive=True, exit_on_error=False, group="details")


def _key(step: Step) -> tuple[str, int]:
    """Another attempt makes it another one."""
    return step.id, len(step.hops)


def _invocations_of(step: Step) -> list[str]:
    """Those of its attempts, and the one that sent its message."""
    sender = step.send.hop.partition(".")[0] if step.send is not None else ""
    return list(dict.fromkeys([*(hop.invocation_id for hop in step.hops), *([sender] if sender else [])]))
