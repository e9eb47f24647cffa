"""Answers to values and errors to exceptions, for both clients (pure)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar
from urllib.parse import quote

from hopscope_collector.client.errors import ApiError, NoSuchFlow, NotAnAnswer, NotTaken, SeveralFlows
from hopscope_collector.documented.contract_version import CONTRACT_VERSION
from hopscope_collector.documented.flow_from_json import flow_from_json
from hopscope_collector.documented.kinds_json import kinds_from_json
from hopscope_collector.executions.from_json import execution_from_json
from hopscope_collector.executions.model import Execution
from hopscope_collector.flow import Flow
from hopscope_collector.kinds import Kinds
from hopscope_collector.lag import Behind
from hopscope_collector.search.filter import BadFilter
from hopscope_collector.store.contract import Example, Stats

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FlowPage:
    """Some flows, and where the next ones begin."""

    flows: tuple[Flow, ...]
    after: str | None
    """To be given for the next page. None when this is the last one."""

    looked_at: int = 0
    is_partial: bool = False
    reached_us: int | None = None
    """As in `hopscope_collector.query.Page`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of records that were sent: `received = stored + repeated + sum(refused)`."""

    received: int
    stored: int
    repeated: int
    refused: Mapping[str, int] = field(default_factory=dict)
    others: int = 0
    facts: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """What was stored since a token."""

    token: int
    ids: tuple[str, ...] = ()
    is_everything: bool = False
    """Read all of it again."""


def path_of_flow(id_text: str) -> str:
    """The id is one segment, whatever is in it."""
    return f"/v1/flows/{quote(id_text, safe='')}"


def path_of_execution(arn: str) -> str:
    """The same for an ARN."""
    return f"/v1/executions/{quote(arn, safe='')}"


def query_of(filter_text: str, limit: int, after: str | None, order: str) -> dict[str, str | int]:
    """The parameters of a page, those that say something."""
    asked: dict[str, str | int | None] = {"filter": filter_text, "limit": limit, "after": after, "order": order}
    return {name: value for name, value in asked.items() if value not in (None, "")}


def object_in(status: int, body: bytes) -> Mapping[str, Any]:
    """The JSON of an answer.

    Raises:
        BadFilter: the filter cannot be understood.
        ApiError: what else the collector refused.
        NotAnAnswer: it is none of a collector's.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("hopscope") != CONTRACT_VERSION:
        raise NotAnAnswer(f"the answer ({status}) is not that of a collector; expected the address of --listen")
    if status < 400:
        return found
    error = found.get("error")
    if not isinstance(error, dict):
        raise NotAnAnswer(f"the answer ({status}) holds no error; expected one of contract version {CONTRACT_VERSION}")
    raise _exception_of(status, error)


def _exception_of(status: int, error: Mapping[str, Any]) -> Exception:
    if error.get("type") == "bad_filter":
        start, end = error.get("start", 0), error.get("end", 0)
        message = f"{error.get('message')}; expected {error.get('expected')}"
        return BadFilter(message, start if isinstance(start, int) else 0, end if isinstance(end, int) else 0)
    kinds: dict[object, type[ApiError]] = {"no_such_flow": NoSuchFlow, "several_flows": SeveralFlows}
    return kinds.get(error.get("type"), NotTaken)(status, error)


def page_in(found: Mapping[str, Any]) -> FlowPage:
    """A page of flows."""
    flows = _checked(found, "flows", list)
    return FlowPage(
        tuple(_read("flow", flow_from_json, each) for each in flows),
        found.get("next"),
        found.get("looked_at", 0),
        is_partial=bool(found.get("partial")),
        reached_us=found.get("reached_us"),
    )


def flow_in(found: Mapping[str, Any]) -> Flow:
    """One flow."""
    return _read("flow", flow_from_json, _checked(found, "flow", dict))


def execution_in(found: Mapping[str, Any]) -> Execution:
    """One execution."""
    return _read("execution", execution_from_json, _checked(found, "execution", dict))


def kinds_in(found: Mapping[str, Any]) -> Kinds:
    """Flows by kind."""
    return _read("count of kinds", kinds_from_json, found)


def taken_in(found: Mapping[str, Any]) -> Taken:
    """What became of records."""
    counts = {name: _checked(found, name, int) for name in ("received", "stored", "repeated", "others", "facts")}
    return Taken(refused=_checked(found, "refused", dict), **counts)


def changed_in(found: Mapping[str, Any]) -> Changed:
    """What changed."""
    return Changed(_checked(found, "token", int), tuple(_checked(found, "ids", list)), bool(found.get("everything")))


def stats_in(found: Mapping[str, Any]) -> Stats:
    """The counters."""
    examples = _checked(found, "examples", dict)
    counts = ("received", "stored", "repeated", "kept", "pruned", "facts")
    return Stats(
        **{name: _checked(found, name, int) for name in counts},
        refused=_checked(found, "refused", dict),
        examples={reason: _read("example", _example, each) for reason, each in examples.items()},
        oldest_us=found.get("oldest_us"),
        newest_us=found.get("newest_us"),
    )


def behind_in(found: Mapping[str, Any]) -> Behind:
    """How far the collector is behind; a collector that says nothing of it keeps up."""
    said = found.get("behind") or {}
    return Behind(**{each.name: said.get(each.name) for each in fields(Behind)})


def _example(found: Mapping[str, Any]) -> Example:
    return Example(found["source"], found["place"], found["message"])


def _read(what: str, make: Callable[[Mapping[str, Any]], T], found: Mapping[str, Any]) -> T:
    """A part of an answer as its value."""
    try:
        return make(found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        expected = f"expected contract version {CONTRACT_VERSION}"
        raise NotAnAnswer(f"the answer holds no {what} ({error!r:.80}); {expected}") from error


def _checked(found: Mapping[str, Any], name: str, kind: type) -> Any:
    value = found.get(name)
    if not isinstance(value, kind):
        raise NotAnAnswer(f"the answer's {name!r} is {value!r:.40}; expected a {kind.__name__}")
    return value
