"""What an example deploys, as values (pure): the shapes of a deployment, before anything exists.

A thing is addressed by its kind and name, `queue.printer` or `function.print-ticket`. Text that may mention
other things (a function's environment, a state machine's definition) writes `${queue.printer.url}`: every
thing has a `name` and an `arn`, queues and APIs have a `url` too.

    App ── functions ◀── sources (queues, streams) · rules of buses · subscriptions of topics · routes of an API
     └──── queues, topics, buses, tables, streams, buckets, parameters, machines
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Function:
    """A Python function, run from a folder of plain modules."""

    name: str
    handler: str
    """`module.function`, as the function's author would set it."""

    code: Path
    """The folder that becomes the deployment package."""

    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_s: int = 10
    is_traced: bool = True
    """False leaves this function without the layer, whatever the others carry."""

    async_retries: int | None = None
    """How often a failed asynchronous invocation is tried again. None leaves Lambda's default, 2."""

    on_failure: str | None = None
    """Address of the queue or topic that gets what asynchronous invocations gave up on. None discards it."""


@dataclass(frozen=True, slots=True)
class Queue:
    """An SQS queue; a name that ends in `.fifo` makes it a FIFO queue."""

    name: str
    visibility_s: int = 30
    dead_letters: str | None = None
    """Name of the queue that takes what failed `max_receives` times. None keeps trying."""

    max_receives: int = 3


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who gets what a topic publishes."""

    to: str
    """Address of a queue or a function."""

    is_raw: bool = False
    filter_policy: Mapping[str, object] | None = None
    """None delivers everything."""


@dataclass(frozen=True, slots=True)
class Topic:
    """An SNS topic; a name that ends in `.fifo` makes it a FIFO topic."""

    name: str
    subscriptions: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a bus forwards, and to whom."""

    name: str
    pattern: Mapping[str, object]
    to: tuple[str, ...]
    """Addresses of functions, queues, topics, buses or machines."""

    dead_letters: str | None = None
    """Name of the queue for what could not be delivered. None drops it after EventBridge's own retries."""

    input_template: str | None = None
    """Text of an input transformer (paths are not used). None delivers the event itself."""


@dataclass(frozen=True, slots=True)
class Bus:
    """An EventBridge bus."""

    name: str
    rules: tuple[Rule, ...] = ()
    is_archived: bool = False
    """True keeps every event in an archive of the same name, for replay."""


@dataclass(frozen=True, slots=True)
class Source:
    """A queue or stream that a function is polled from."""

    of: str
    """Address of a queue, a stream or a table."""

    to: str
    """Name of the function."""

    batch_size: int = 10
    window_s: int = 0
    reports_failures: bool = False
    """Whether the function answers with `batchItemFailures`."""

    bisects: bool = False
    """Whether a failing batch of a stream is cut in two."""

    max_retries: int | None = None
    """For streams only. None tries until the records expire."""


@dataclass(frozen=True, slots=True)
class Table:
    """A DynamoDB table with one string key."""

    name: str
    key: str
    is_streamed: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """A Kinesis stream."""

    name: str
    shards: int = 1


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket; the stage adds the account to its name, which must be unique in the world."""

    name: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """A folder of Systems Manager parameters that functions write; `/` and its name begin theirs."""

    name: str


@dataclass(frozen=True, slots=True)
class Api:
    """A REST API in front of functions."""

    name: str
    routes: Mapping[str, str]
    """`POST /orders/{orderId}/accept` → name of the function."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A Step Functions state machine."""

    name: str
    definition: str
    """Amazon States Language, JSON."""

    kind: Literal["STANDARD", "EXPRESS"] = "STANDARD"


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """Unique among things of its kind."""
        ...


@dataclass(frozen=True, slots=True)
class App:
    """Everything that is deployed together."""

    name: str
    functions: tuple[Function, ...] = ()
    queues: tuple[Queue, ...] = ()
    topics: tuple[Topic, ...] = ()
    buses: tuple[Bus, ...] = ()
    sources: tuple[Source, ...] = ()
    tables: tuple[Table, ...] = ()
    streams: tuple[Stream, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    parameters: tuple[Parameters, ...] = ()
    apis: tuple[Api, ...] = ()
    machines: tuple[Machine, ...] = ()
    keys: str = field(default="", kw_only=True)
    """The `HOPSCOPE_KEYS` that suit this app: where its business ids are. Empty when it has none."""

    def things(self) -> Iterator[tuple[str, str]]:
        """Kind and name of everything that has an address."""
        kinds: Mapping[str, tuple[Named, ...]] = {
            "function": self.functions,
            "queue": self.queues,
            "topic": self.topics,
            "bus": self.buses,
            "table": self.tables,
            "stream": self.streams,
            "bucket": self.buckets,
            "parameters": self.parameters,
            "api": self.apis,
            "machine": self.machines,
        }
        for kind, things in kinds.items():
            for thing in things:
                yield kind, thing.name
