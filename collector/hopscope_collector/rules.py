"""What a person knows of their flows and no record says: `hopscope.toml` (pure).

    [keys]
    joining = ["order_id"]                # names of keys that join traces; left out: every key joins
    max_traces_per_value = 200            # a value in more of them is a tenant or a date: it joins nothing
    paths = "order_id=detail.orderId|orderId"   # as HOPSCOPE_KEYS: where they are in an execution's input

    [[expect]]                            # a deadline of the flow: a wait opens at `after` and closes at `expect`
    after = "restaurant_notified"         # name of an event, of a request (`POST /orders`) or of a function
    expect = "order_accepted"
    within = "10m"

    [[queue]]                             # what the broker does with a message that fails
    name = "promo-codes"                  # or its ARN or URL
    max_receive_count = 3
    dead_letter = "promo-codes-dlq"
    retry_within = "30s"                  # visibility timeout: when the next attempt comes
    retention = "4d"

    [[consumer]]                          # who receives what is sent to a queue, topic or bus
    of = "orders"                         # its name, ARN or URL
    function = "notify-user"
    names = ["restaurant_notified"]       # only these events; left out: all
    instrumented = true                   # false: it carries no layer, so silence is normal

    [duplicates]
    once = ["order_placed"]               # events that must not come twice with the same key, whatever their bodies

    [windows]
    late = "2s"                           # how late log lines may come before a hop counts as timed out
    retry = "6m"                          # how long a failed attempt is given for its next one
    inferred = "15m"                      # how long after a send an equal body may be linked to it; "0s": never
    skew = "5s"                           # clocks that disagree by less are not worth a note

    [topology]
    files = ["hopscope.topology.json"]    # beside this file: what `serverless hopscope topology` writes

A name that is not known here is refused: a misspelt rule would be a rule that never fires.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from hopscope_collector.errors import InputError
from hopscope_collector.key_paths import KeyPaths, key_paths_of
from hopscope_collector.resource_names import resource_name
from hopscope_collector.search.durations import EXPECTED, duration_us
from hopscope_collector.topology.model import NO_TOPOLOGY, Topology

DEFAULT_MAX_TRACES = 200
_SECOND_US = 1_000_000

T = TypeVar("T")


class BadRules(InputError):
    """The rules hold something that is not understood. Nothing of them is used then."""


@dataclass(frozen=True, slots=True)
class Expect:
    """After one thing, another one must come in time."""

    after: str
    expect: str
    within_us: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What a broker does with a message that its consumer does not take."""

    name: str
    """Last part of its ARN or URL."""

    max_receive_count: int | None = None
    """Deliveries before it goes to `dead_letter`. None when not known."""

    dead_letter: str | None = None
    retry_within_us: int | None = None
    """Longest time to the next attempt. None: `Windows.retry_us`."""

    retention_us: int | None = None
    """How long an unreceived message lives. None: the default of the service."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who receives what is sent to a destination."""

    of: str
    """Last part of the destination's ARN or URL."""

    function: str
    names: frozenset[str] = frozenset()
    """Names of the events it receives. Empty: all of them."""

    is_instrumented: bool = True


@dataclass(frozen=True, slots=True)
class Windows:
    """How long to wait before saying something."""

    late_us: int = 2 * _SECOND_US
    retry_us: int = 360 * _SECOND_US
    inferred_us: int = 900 * _SECOND_US
    skew_us: int = 5 * _SECOND_US


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules; without a file, these defaults."""

    expect: tuple[Expect, ...] = ()
    queues: Mapping[str, Queue] = field(default_factory=dict)
    """By `Queue.name`."""

    consumers: tuple[Consumer, ...] = ()
    joining: frozenset[str] | None = None
    """Names of keys that join traces. None: every key does."""

    max_traces_per_value: int = DEFAULT_MAX_TRACES
    key_paths: KeyPaths = field(default_factory=dict)
    """Where business keys are in the input of an execution."""

    once: frozenset[str] = frozenset()
    """Names of events of which one consumer may handle one for each key. Others are compared by their bodies."""

    windows: Windows = field(default_factory=Windows)
    topology_files: tuple[str, ...] = ()
    """Paths, as written."""

    topology: Topology = NO_TOPOLOGY
    """Who should receive what, read from `topology_files`. A `[[consumer]]` of a destination speaks for it instead."""

    def joins(self, key_name: str) -> bool:
        """Whether traces with the same value of this key belong together."""
        return self.joining is None or key_name in self.joining


def rules_of(text: str, file_name: str = "hopscope.toml") -> Rules:
    """The rules that a TOML text holds.

    Raises:
        BadRules: names the place, what stands there, what was expected and what to do.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"{file_name} is not TOML: {error}; expected rules as in docs/rules.md") from None
    return _Table(file_name, "", tables).rules()


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file, with the words that say where it stands."""

    file_name: str
    place: str
    values: Mapping[str, Any]

    def rules(self) -> Rules:
        self.only("expect", "queue", "consumer", "keys", "duplicates", "windows", "topology")
        keys, duplicates, windows = self.table("keys"), self.table("duplicates"), self.table("windows")
        topology = self.table("topology")
        topology.only("files")
        keys.only("joining", "max_traces_per_value", "paths")
        duplicates.only("once")
        queues = [each.queue() for each in self.tables("queue")]
        return Rules(
            expect=tuple(each.expect() for each in self.tables("expect")),
            queues={each.name: each for each in queues},
            consumers=tuple(each.consumer() for each in self.tables("consumer")),
            joining=frozenset(keys.texts("joining")) if "joining" in keys.values else None,
            max_traces_per_value=keys.count("max_traces_per_value") or DEFAULT_MAX_TRACES,
            key_paths=key_paths_of(keys.optional_text("paths") or ""),
            once=frozenset(duplicates.texts("once")),
            windows=windows.windows(),
            topology_files=tuple(topology.texts("files")),
        )

    def expect(self) -> Expect:
        self.only("after", "expect", "within")
        return Expect(self.text("after"), self.text("expect"), self.needed("within", self.length_us("within")))

    def queue(self) -> Queue:
        self.only("name", "max_receive_count", "dead_letter", "retry_within", "retention")
        dead_letter = self.optional_text("dead_letter")
        return Queue(
            name=resource_name(self.text("name")),
            max_receive_count=self.count("max_receive_count"),
            dead_letter=resource_name(dead_letter) if dead_letter else None,
            retry_within_us=self.length_us("retry_within"),
            retention_us=self.length_us("retention"),
        )

    def consumer(self) -> Consumer:
        self.only("of", "function", "names", "instrumented")
        is_instrumented = self.values.get("instrumented", True)
        if not isinstance(is_instrumented, bool):
            raise self.wrong("instrumented", "true or false")
        return Consumer(
            of=resource_name(self.text("of")),
            function=resource_name(self.text("function")),
            names=frozenset(self.texts("names")),
            is_instrumented=is_instrumented,
        )

    def windows(self) -> Windows:
        self.only("late", "retry", "inferred", "skew")
        given = {f"{name}_us": self.length_us(name) for name in self.values}
        return Windows(**{name: value for name, value in given.items() if value is not None})

    def only(self, *known: str) -> None:
        unknown = sorted(set(self.values) - set(known))
        if unknown:
            raise BadRules(
                f"{self.file_name}: {self.named(unknown[0])} is no rule; expected one of {', '.join(known)}; "
                "correct the name or remove the line"
            )

    def table(self, name: str) -> "_Table":
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(name, f"a table [{name}]")
        return _Table(self.file_name, name, value)

    def tables(self, name: str) -> "list[_Table]":
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.wrong(name, f"tables [[{name}]]")
        return [_Table(self.file_name, f"[[{name}]] number {number}", each) for number, each in enumerate(value, 1)]

    def text(self, name: str) -> str:
        return self.needed(name, self.optional_text(name))

    def optional_text(self, name: str) -> str | None:
        return cast("str | None", self._checked(name, "a text", lambda value: isinstance(value, str) and value != ""))

    def texts(self, name: str) -> list[str]:
        texts = self._checked(name, "a list of texts", lambda value: isinstance(value, list))
        if not all(isinstance(each, str) for each in texts or []):
            raise self.wrong(name, "a list of texts")
        return texts or []

    def count(self, name: str) -> int | None:
        return cast(
            "int | None", self._checked(name, "a whole number from 1", lambda value: type(value) is int and value > 0)
        )

    def length_us(self, name: str) -> int | None:
        text = self._checked(name, EXPECTED, lambda value: isinstance(value, str) and duration_us(value) is not None)
        return None if text is None else duration_us(text)

    def needed(self, name: str, value: T | None) -> T:
        if value is None:
            raise BadRules(f"{self.file_name}: {self.place} has no {name!r}; expected one; add it or remove the rule")
        return value

    def wrong(self, name: str, expected: str) -> BadRules:
        return BadRules(f"{self.file_name}: {self.named(name)} is {self.values[name]!r:.80}; expected {expected}")

    def named(self, name: str) -> str:
        return f"{name!r} in {self.place}" if self.place else repr(name)

    def _checked(self, name: str, expected: str, is_right: Callable[[Any], bool]) -> Any:
        value = self.values.get(name)
        if name in self.values and not is_right(value):
            raise self.wrong(name, expected)
        return value
