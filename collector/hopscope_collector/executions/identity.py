"""What the outside world knows a state's work by: what it sent, the tokens it gave away, its traces (pure)."""

import re
from collections.abc import Iterable

from hopscope_collector.executions.attempts import CALLBACK
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.model import Identity, Sent
from hopscope_collector.executions.sent import sent_of
from hopscope_collector.executions.tokens import token_hash, tokens_in

_ROOT = re.compile(r"Root=1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})")
_NONE: frozenset[str] = frozenset()
_ANSWERS = ("TaskSucceeded", "TaskSubmitted", "TaskFailed", "LambdaFunctionFailed")


def identity_of(events: Iterable[HistoryEvent]) -> Identity:
    """Everything the events of one state tell, each once, in the order it was learnt."""
    sent: dict[str | int, Sent] = {}
    hashes: dict[str, None] = {}
    roots: dict[str, None] = {}
    scheduled: HistoryEvent | None = None
    for event in events:
        if tokens := tokens_of(event):
            hashes.update(dict.fromkeys(token_hash(token) for token in sorted(tokens)))
        if event.type.endswith("Scheduled"):
            scheduled = event
        elif event.type in _ANSWERS:
            answer = event.text("output") or event.text("cause") or ""
            for each in sent_of(scheduled, event, answer):
                sent.setdefault(each.ref or len(sent), each)
            roots.update(dict.fromkeys(f"{when}{rest}".lower() for when, rest in _ROOT.findall(answer)))
    if not (sent or hashes or roots):
        return Identity()
    refs = tuple(each.ref for each in sent.values() if each.ref)
    return Identity(refs, tuple(sent.values()), tuple(hashes), tuple(roots))


def tokens_of(event: HistoryEvent) -> frozenset[str]:
    """The task tokens in what a task was given. Secret: hash them, show them nowhere."""
    payloads = [text for key in ("parameters", "input") if isinstance(text := event.details.get(key), str)]
    if not payloads:
        return _NONE
    is_callback = (event.text("resource") or "").endswith(CALLBACK)
    return _NONE.union(*(tokens_in(text, is_callback=is_callback) for text in payloads))


def children_in(refs: Iterable[str]) -> tuple[str, ...]:
    """ARNs of the executions among refs."""
    return tuple(ref.removeprefix("states/") for ref in refs if ref.startswith("states/"))
