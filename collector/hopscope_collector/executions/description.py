"""What is known of an execution as a whole: describe outputs and status-change events (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import cast, get_args

from hopscope_collector.executions.errors import NotAnArn
from hopscope_collector.executions.model import Kind, Status
from hopscope_collector.executions.times import epoch_us
from hopscope_collector.json_values import object_or_empty, text_or_none

_OVER = frozenset({"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "STOPPED"})
_STATUSES = frozenset(get_args(Status))


@dataclass(frozen=True, slots=True)
class Description:
    """An execution from outside. None everywhere: not said."""

    arn: str
    kind: Kind = "standard"
    status: Status | None = None
    name: str | None = None
    state_machine_arn: str | None = None
    started_us: int | None = None
    ended_us: int | None = None
    error: str | None = None
    cause: str | None = None
    input: str | None = None
    output: str | None = None
    map_run_arn: str | None = None
    trace_header: str | None = None
    redrives: int = 0

    def completed_by(self, other: "Description") -> "Description":
        """Both in one, whichever came first: the one that knows more of the run's end counts where they differ."""
        newer, older = (self, other) if self._freshness() >= other._freshness() else (other, self)
        known = {
            each.name: getattr(newer, each.name) for each in fields(newer) if getattr(newer, each.name) is not None
        }
        return replace(older, **known)

    def _freshness(self) -> tuple[int, bool, int, str]:
        return self.redrives, self.status in _OVER, self.ended_us or 0, repr(self)


def description_of(document: Mapping[str, object]) -> Description | None:
    """What DescribeExecution, an element of ListExecutions, or GetDurableExecution says. None for anything else."""
    arn = document.get("executionArn") or document.get("DurableExecutionArn")
    if not isinstance(arn, str) or not ("status" in document or "Status" in document):
        return None
    return _described(document, arn) if "executionArn" in document else _durable(document, arn)


def status_change(document: Mapping[str, object]) -> Description | None:
    """What an `aws.states` event on EventBridge says. None for anything else."""
    detail = document.get("detail")
    if document.get("source") not in ("aws.states", "aws.lambda") or not isinstance(detail, Mapping):
        return None
    return description_of(detail)


_EXECUTION = re.compile(
    r"arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:(?:execution|express):[^:]+:\S+"
    r"|arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[^:]+:[^:/]+/durable-execution/\S+"
)


def is_arn(text: str) -> bool:
    """Whether it names something in AWS rather than a file."""
    return text.startswith("arn:") and text.count(":") >= 5


def is_meant_as_arn(text: str) -> bool:
    """Whether it begins like an ARN, well written or not, and like no file that people make."""
    return text[:4].lower() == "arn:" and ":" in text[4:]


def check_arn(text: str) -> None:
    """That an ARN is that of an execution.

    Raises:
        NotAnArn: it is mistyped, or that of something else.
    """
    if _EXECUTION.fullmatch(text) is None:
        raise NotAnArn(text, "a state machine" if ":stateMachine:" in text else None)


def kind_of(arn: str) -> Kind:
    """`express` and `durable` executions show it in their ARN."""
    if ":express:" in arn:
        return "express"
    return "durable" if "/durable-execution/" in arn else "standard"


def _described(given: Mapping[str, object], arn: str) -> Description:
    return Description(
        arn=arn,
        kind=kind_of(arn),
        status=_status(given.get("status")),
        name=text_or_none(given.get("name")),
        state_machine_arn=text_or_none(given.get("stateMachineArn")),
        started_us=epoch_us(given.get("startDate")),
        ended_us=epoch_us(given.get("stopDate")),
        error=text_or_none(given.get("error")),
        cause=text_or_none(given.get("cause")),
        input=text_or_none(given.get("input")),
        output=text_or_none(given.get("output")),
        map_run_arn=text_or_none(given.get("mapRunArn")),
        trace_header=text_or_none(given.get("traceHeader")),
        redrives=_count(given.get("redriveCount")),
    )


def _durable(given: Mapping[str, object], arn: str) -> Description:
    error, trace = object_or_empty(given.get("Error")), object_or_empty(given.get("TraceHeader"))
    return Description(
        arn=arn,
        kind="durable",
        status=_status(given.get("Status")),
        name=text_or_none(given.get("DurableExecutionName")),
        state_machine_arn=text_or_none(given.get("FunctionArn")),
        started_us=epoch_us(given.get("StartTimestamp")),
        ended_us=epoch_us(given.get("EndTimestamp")),
        error=text_or_none(error.get("ErrorType")),
        cause=text_or_none(error.get("ErrorMessage")),
        input=text_or_none(given.get("InputPayload")),
        output=text_or_none(given.get("Result")),
        trace_header=text_or_none(trace.get("XAmznTraceId")),
    )


def _status(given: object) -> Status | None:
    if given in ("PAUSING", "DELETING"):
        return "RUNNING" if given == "PAUSING" else "UNKNOWN"
    return cast(Status, given) if isinstance(given, str) and given in _STATUSES else None


def _count(given: object) -> int:
    return given if isinstance(given, int) and not isinstance(given, bool) and given >= 0 else 0
