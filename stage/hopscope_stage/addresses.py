"""Addresses to names and ARNs (pure): what a thing will be called is known before it exists.

Functions name state machines in their environment and state machines name functions in their definition:
only because ARNs follow from names can both be created.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hopscope_stage.errors import UnknownAddress
from hopscope_stage.shapes import App

ARN_FORMATS = {
    "function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "queue": "arn:aws:sqs:{region}:{account}:{name}",
    "topic": "arn:aws:sns:{region}:{account}:{name}",
    "bus": "arn:aws:events:{region}:{account}:event-bus/{name}",
    "table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "stream": "arn:aws:kinesis:{region}:{account}:stream/{name}",
    "bucket": "arn:aws:s3:::{name}",
    "parameters": "arn:aws:ssm:{region}:{account}:parameter/{name}",
    "api": "arn:aws:execute-api:{region}:{account}:{name}",
    "machine": "arn:aws:states:{region}:{account}:stateMachine:{name}",
    "role": "arn:aws:iam::{account}:role/{name}",
}

REFERENCE = re.compile(r"\$\{(\w+\.[\w.-]+)\.(name|arn|url|stream_arn)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an app is deployed."""

    account: str
    region: str
    prefix: str = ""
    """Put before every name, so that two deployments can live in one account."""

    def name_of(self, kind: str, name: str) -> str:
        """The real name; the account is part of a bucket's, which must be unique in the world."""
        return f"{self.prefix}{name}-{self.account}" if kind == "bucket" else f"{self.prefix}{name}"

    def arn_of(self, kind: str, name: str) -> str:
        """The ARN of the thing that is called `name` in the app."""
        return ARN_FORMATS[kind].format(region=self.region, account=self.account, name=self.name_of(kind, name))


@dataclass(frozen=True, slots=True)
class Directory:
    """What is known of every thing: `name` and `arn` from the start, `url` and the like once it exists."""

    known: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, app: App, place: Place) -> "Directory":
        """Names and ARNs of everything in the app."""
        return cls(
            {
                f"{kind}.{name}": {"name": place.name_of(kind, name), "arn": place.arn_of(kind, name)}
                for kind, name in [*app.things(), ("role", app.name)]
            }
        )

    def learn(self, address: str, **facts: str) -> None:
        """Keep what only its creation told: `url`, `stream_arn`."""
        self.known[address].update(facts)

    def get(self, address: str, fact: str) -> str:
        """One fact about one thing.

        Raises:
            UnknownAddress: nothing in the app has this address, or not this fact.
        """
        facts = self.known.get(address)
        if facts is None:
            raise UnknownAddress(f"nothing is called {address!r}; expected one of {', '.join(sorted(self.known))}")
        if fact not in facts:
            raise UnknownAddress(f"{address} has no {fact}; it has {', '.join(sorted(facts))}")
        return facts[fact]

    def name(self, address: str) -> str:
        """The real name of a thing."""
        return self.get(address, "name")

    def arn(self, address: str) -> str:
        """The ARN of a thing."""
        return self.get(address, "arn")

    def url(self, address: str) -> str:
        """The URL of a queue or an API."""
        return self.get(address, "url")

    def fill(self, text: str) -> str:
        """The text with every `${queue.printer.url}` replaced."""
        return REFERENCE.sub(lambda found: self.get(found[1], found[2]), text)


def mentioned(app: App) -> Iterator[str]:
    """Every address that one thing of the app uses to name another."""
    rules = [rule for bus in app.buses for rule in bus.rules]
    yield from (subscription.to for topic in app.topics for subscription in topic.subscriptions)
    yield from (address for rule in rules for address in rule.to)
    yield from (f"queue.{rule.dead_letters}" for rule in rules if rule.dead_letters)
    yield from (f"queue.{queue.dead_letters}" for queue in app.queues if queue.dead_letters)
    yield from (address for source in app.sources for address in (source.of, f"function.{source.to}"))
    yield from (f"function.{function}" for api in app.apis for function in api.routes.values())
    yield from (function.on_failure for function in app.functions if function.on_failure)
    texts = [text for function in app.functions for text in function.environment.values()]
    texts += [machine.definition for machine in app.machines]
    yield from (found[1] for text in texts for found in REFERENCE.finditer(text))


def check(app: App) -> None:
    """Refuse an app that mentions what it does not have.

    Raises:
        UnknownAddress: names the first three.
    """
    known = {f"{kind}.{name}" for kind, name in app.things()}
    unknown = sorted(set(mentioned(app)) - known)
    if unknown:
        listed = ", ".join(unknown[:3]) + (", …" if len(unknown) > 3 else "")
        raise UnknownAddress(f"app {app.name!r} mentions what it does not have: {listed}; it has {sorted(known)}")
