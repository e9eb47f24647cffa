"""A state machine in the Amazon States Language, as far as its shape matters for a picture (pure).

    {"StartAt": "A", "States": {…}}                    the language itself
    {"definition": "{…}"}                              DescribeStateMachine, DescribeStateMachineForExecution

Shapes only: paths, JSONata and the arguments of tasks are the service's to check, and it has checked them when the
state machine was created. What is checked here is what the picture stands on: names, types, and where each leads.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hopscope_collector.executions.errors import BadDefinition

TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
_MOST_LEVELS = 100
"""Of Map in Parallel in Map; the service's size limit allows fewer."""


@dataclass(frozen=True, slots=True)
class StateDefinition:
    """One state as it is written."""

    name: str
    type: str
    leads_to: tuple[str, ...] = ()
    """Every state that may follow: `Next`, each choice, `Default`; without catches."""

    catches: tuple[str, ...] = ()
    """Every state that a Catch leads to."""

    inner: tuple["Definition", ...] = ()
    """The branches of a Parallel; the one processor of a Map."""

    is_distributed: bool = False
    """A Map whose items run as executions of their own."""

    retries: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A state machine, a branch or an item processor."""

    start_at: str
    states: tuple[StateDefinition, ...]
    """In the order they are written."""

    def walk(self) -> Iterator[StateDefinition]:
        """Every state, those inside of others after them."""
        for state in self.states:
            yield state
            for inner in state.inner:
                yield from inner.walk()


def definition_of(given: object) -> Definition:
    """The definition in a text or in parsed JSON.

    Raises:
        BadDefinition: when it is not one; says where.
    """
    value = _parsed(given)
    for _ in range(2):  # DescribeStateMachine holds it as a string; a saved one may be wrapped once more
        if isinstance(value, Mapping) and "States" not in value and "definition" in value:
            value = _parsed(value["definition"])
    return _definition(value, "the definition", _MOST_LEVELS)


def _parsed(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except RecursionError:
        raise BadDefinition("the definition is nested too deeply to read") from None
    except json.JSONDecodeError as error:
        raise BadDefinition(
            f"line {error.lineno} of the definition is not JSON ({error.msg}); expected the Amazon States Language."
            " Save it with `aws stepfunctions describe-state-machine --state-machine-arn ARN --output json`"
        ) from None


def _definition(value: object, where: str, levels: int) -> Definition:
    if not isinstance(value, Mapping):
        raise _wrong(where, value, "an object with StartAt and States")
    states = value.get("States")
    if not isinstance(states, Mapping) or not states:
        raise _wrong(f"States of {where}", states, "an object with at least one state")
    if levels == 0:
        raise BadDefinition(f"{where} is nested more than {_MOST_LEVELS} levels deep; expected less")
    start_at = value.get("StartAt")
    if not isinstance(start_at, str) or start_at not in states:
        raise _wrong(f"StartAt of {where}", start_at, _one_of(states))
    return Definition(start_at, tuple(_state(str(name), states[name], states, levels) for name in states))


def _state(name: str, given: object, siblings: Mapping[str, object], levels: int) -> StateDefinition:
    if not isinstance(given, Mapping):
        raise _wrong(f"state {name!r}", given, "an object with a Type")
    type_ = given.get("Type")
    if type_ not in TYPES:
        raise _wrong(f"Type of state {name!r}", type_, f"one of {', '.join(TYPES)}")
    leads_to = tuple(dict.fromkeys(_targets(given)))
    catches = tuple(dict.fromkeys(_nexts(given.get("Catch"))))
    for target in (*leads_to, *catches):
        if target not in siblings:
            raise _wrong(f"a Next of state {name!r}", target, _one_of(siblings))
    return StateDefinition(
        name=name,
        type=str(type_),
        leads_to=leads_to,
        catches=catches,
        inner=tuple(_definition(each, f"{where} of state {name!r}", levels - 1) for where, each in _inner(given)),
        is_distributed=_is_distributed(given),
        retries=bool(given.get("Retry")),
    )


def _targets(given: Mapping[str, object]) -> Iterator[str]:
    yield from _nexts([given])
    yield from _nexts(given.get("Choices"))
    if isinstance(default := given.get("Default"), str):
        yield default


def _nexts(given: object) -> Iterator[str]:
    for each in given if isinstance(given, list) else ():
        if isinstance(each, Mapping) and isinstance(target := each.get("Next"), str):
            yield target


def _inner(given: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Iterator is the older name of ItemProcessor; both are in use."""
    match given.get("Type"):
        case "Parallel":
            branches = given.get("Branches")
            for number, branch in enumerate(branches if isinstance(branches, Sequence) else (), 1):
                yield f"branch {number}", branch
        case "Map":
            yield "ItemProcessor", _processor(given)


def _processor(given: Mapping[str, object]) -> object:
    return given.get("ItemProcessor", given.get("Iterator"))


def _is_distributed(given: Mapping[str, object]) -> bool:
    processor = _processor(given)
    config = processor.get("ProcessorConfig") if isinstance(processor, Mapping) else None
    return isinstance(config, Mapping) and config.get("Mode") == "DISTRIBUTED"


def _one_of(states: Mapping[str, object]) -> str:
    names = [repr(str(name)) for name in states]
    return f"one of {', '.join(names[:3])}{', …' if len(names) > 3 else ''}"


def _wrong(what: str, given: object, expected: str) -> BadDefinition:
    shown = "missing" if given is None else f"{given!r:.60}"
    return BadDefinition(
        f"{what} is {shown}; expected {expected}. Is the file a state machine in the Amazon States Language?"
    )
