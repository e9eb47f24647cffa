"""What others say of invocations and messages, beside our records (pure).

Fact   PlatformFact of the Lambda platform, about `lambda/<request id>`
       BrokerFact of a broker, about the ref of a message
"""

import msgspec

from hopscope_collector.broker_lines import BrokerFact, broker_fact_in
from hopscope_collector.platform_lines import PlatformFact, fact_in

Fact = PlatformFact | BrokerFact


def any_fact_in(line: str, at_us: int | None = None, function: str | None = None) -> Fact | None:
    """The fact that a log line holds, or None. `at_us` and `function` are what the source knows of the line."""
    return fact_in(line, at_us, function) or broker_fact_in(line, at_us)


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
