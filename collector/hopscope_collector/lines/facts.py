"""What others say of invocations and messages, beside our records (pure).

Fact   PlatformFact of the Lambda platform, about `lambda/<request id>`
       BrokerFact of a broker, about the ref of a message
"""

from dataclasses import fields, replace
from typing import Any

import msgspec

from hopscope_collector.lines.brokers import BrokerFact, broker_fact_in
from hopscope_collector.lines.platform import PlatformFact, fact_in

Fact = PlatformFact | BrokerFact

MOST_TEXT_CHARS = 4_000
"""Of each text of a fact: an error or a name that is longer tells nobody more, and a store keeps a fact as one item."""

MOST_TEXTS = 40
"""Of each list of texts: a rule has five targets at most."""


def any_fact_in(line: str, at_us: int | None = None, function: str | None = None) -> Fact | None:
    """The fact that a log line holds, or None. `at_us` and `function` are what the source knows of the line."""
    fact = fact_in(line, at_us, function) or broker_fact_in(line, at_us)
    return _cut(fact) if fact and len(line) > MOST_TEXT_CHARS else fact


def _cut(fact: Fact) -> Fact:
    return replace(fact, **{each.name: _cut_value(getattr(fact, each.name)) for each in fields(fact)})


def _cut_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_cut_value, value[:MOST_TEXTS]))
    return value[:MOST_TEXT_CHARS] if isinstance(value, str) else value


def about(fact: Fact) -> str:
    """The ref that the fact is filed under. Empty for a fact of the platform without a request."""
    if isinstance(fact, BrokerFact):
        return fact.ref
    return f"lambda/{fact.request_id}" if fact.request_id else ""


def packed_fact(fact: Fact) -> str:
    """As JSON: equal facts have equal texts."""
    return msgspec.json.encode(fact).decode()


def fact_of(packed: str) -> Fact:
    """The fact again."""
    # Within JSON no value can hold this text: a quote in a string is escaped.
    kind: type[Fact] = BrokerFact if '"broker":' in packed else PlatformFact
    return msgspec.json.decode(packed, type=kind)
