"""What the Lambda platform itself says of an invocation, as frozen values (pure).

Platform lines stand in the same log stream as our records, as text or as JSON. They complete a hop whose end record
never came, and they name consumers that carry no layer.

    START RequestId: … Version: …                                  start
    REPORT RequestId: … Duration: … [Status: timeout] …            report
    XRAY TraceId: 1-… (the next line of the same event)            the Root of that report
    2020-02-25T22:04:08.390Z <request id> Task timed out after …   timeout
    RequestId: … Error: Runtime exited with error: …               exit
    {"type":"platform.start" | "platform.runtimeDone" | "platform.report" | "platform.fault", …}

END says nothing that REPORT does not. INIT_REPORT and RESTORE_REPORT name no invocation: see `cold_starts.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from hopscope_collector.json_values import object_after, object_or_empty, text_or_none
from hopscope_collector.search.moments import iso_us
from hopscope_wire.context import trace_id_of_root
from hopscope_wire.decode import MAX_TIME_US

PlatformKind = Literal["start", "report", "timeout", "exit", "runtime-done", "init"]
"""`exit`: the runtime process died. `runtime-done`: the handler returned, seen by the platform. `init`: the cold start
that came before, or the one that was tried again within the invocation."""

Status = Literal["success", "failure", "error", "timeout"]
"""`failure`: the process died; `error`: the handler raised."""

UNKNOWN_TIME_US = 0


@dataclass(frozen=True, slots=True)
class PlatformFact:
    """One thing the platform said about one invocation."""

    kind: PlatformKind
    request_id: str
    at_us: int
    """When the platform said it, epoch microseconds on AWS's clock. 0 when neither line nor source tells."""

    function: str | None = None
    """From the log group `/aws/lambda/<function>`. None when the source does not know its log group."""

    status: Status | None = None
    """As the platform reports it. None when the line has no status: older REPORT lines only say that it ended."""

    duration_us: int | None = None
    """Of the invocation, as reported or as the timeout names it. None when the line has none."""

    init_us: int | None = None
    """Duration of the cold start (or restore). None when it was a warm one, or the line has none."""

    overhead_us: int | None = None
    """What Lambda added around the handler. None unless X-Ray tells."""

    waited_us: int | None = None
    """In Lambda's own queue and in the one before it. None unless X-Ray tells."""

    billed_us: int | None = None
    memory_mb: int | None = None
    max_memory_mb: int | None = None
    version: str | None = None
    root: str | None = None
    """X-Ray Root as 32 hex digits. None without tracing."""

    error: str | None = None
    """What the line says of the error: `Runtime.ExitError`, `Runtime exited with error: signal: killed`."""


def fact_in(line: str, at_us: int | None = None, function: str | None = None) -> PlatformFact | None:
    """The fact that a log line holds, or None when it holds none.

    `at_us` and `function` are what the source knows of the line.
    """
    if '"platform.' in line:
        return _of_json(line, at_us, function)
    if "RequestId: " in line:
        return _of_text(line, at_us, function)
    if "Task timed out after " in line:
        return _of_timeout(line, at_us, function)
    return None


def fact_of_event(
    event: Mapping[str, Any], at_us: int | None = None, function: str | None = None
) -> PlatformFact | None:
    """The fact in one parsed event of the Telemetry API or of a JSON log."""
    kind = _JSON_KINDS.get(str(event.get("type")))
    record = event.get("record")
    if event.get("type") == "platform.fault" and isinstance(record, str):
        return _of_text(record, _said_us(event.get("time")) or at_us, function)
    if kind is None or not isinstance(record, dict) or not isinstance(record.get("requestId"), str):
        return None
    metrics, tracing = object_or_empty(record.get("metrics")), object_or_empty(record.get("tracing"))
    return PlatformFact(
        kind=kind,
        request_id=record["requestId"],
        at_us=_said_us(event.get("time")) or at_us or UNKNOWN_TIME_US,
        function=function,
        status=_status(record.get("status"), record.get("errorType")),
        duration_us=_us(metrics.get("durationMs")),
        init_us=_us(metrics.get("initDurationMs") or metrics.get("restoreDurationMs")),
        overhead_us=_us(metrics.get("overheadDurationMs")),
        waited_us=_us(metrics.get("waitedDurationMs")),
        billed_us=_us(metrics.get("billedDurationMs")),
        memory_mb=_whole(metrics.get("memorySizeMB")),
        max_memory_mb=_whole(metrics.get("maxMemoryUsedMB")),
        version=text_or_none(record.get("version")),
        root=trace_id_of_root(text_or_none(tracing.get("value")) or ""),
        error=text_or_none(record.get("errorType")),
    )


def init_in(line: str, at_us: int | None = None, function: str | None = None) -> tuple[PlatformFact, bool] | None:
    """What a line says of a cold start, and whether it is one within an invocation that runs; it names no request.

    None for any other line.
    """
    if "_REPORT " in line:
        return _init_of_text(line, at_us, function)
    if '"platform.initReport"' in line or '"platform.restoreReport"' in line:
        return _init_of_json(line, at_us, function)
    return None


def _init_of_text(line: str, at_us: int | None, function: str | None) -> tuple[PlatformFact, bool] | None:
    found = _INIT.search(line)
    if found is None:
        return None
    words = {**dict(_WORDS.findall(line)), **dict(_PHASE.findall(line))}
    when_us = at_us or _iso_us_before(line)
    status, error = _status(words.get("Status")), words.get("Error Type")
    fact = PlatformFact("init", "", when_us, function, status, init_us=_us(found[1]), error=error)
    return fact, words.get("Phase") == "invoke"


def _init_of_json(line: str, at_us: int | None, function: str | None) -> tuple[PlatformFact, bool] | None:
    event = object_after(line) or {}
    record = object_or_empty(event.get("record"))
    if not record or event.get("type") not in ("platform.initReport", "platform.restoreReport"):
        return None
    fact = PlatformFact(
        "init",
        "",
        _said_us(event.get("time")) or at_us or UNKNOWN_TIME_US,
        function,
        _status(record.get("status")),
        init_us=_us(object_or_empty(record.get("metrics")).get("durationMs")),
        error=text_or_none(record.get("errorType")),
    )
    return fact, record.get("phase") == "invoke"


_JSON_KINDS: Mapping[str, PlatformKind] = {
    "platform.start": "start",
    "platform.report": "report",
    "platform.runtimeDone": "runtime-done",
}
_STATUSES = frozenset({"success", "failure", "error", "timeout"})

_ID = r"([0-9A-Za-z_-]{1,64})"
_START = re.compile(rf"\bSTART RequestId: {_ID}(?: Version: (\S+))?")
_REPORT = re.compile(rf"\bREPORT RequestId: {_ID}\b")
_TIMEOUT = re.compile(
    rf"(?:(\d{{4}}-\d\d-\d\dT\S+Z)\s)?(?:RequestId: )?{_ID} (?:Error: )?Task timed out after ([0-9.]+) s"
)
_DEATHS = "Runtime exited|Process exited|Runtime failed|fork/exec|Couldn't find valid"
_EXIT = re.compile(rf"\bRequestId: {_ID} (?:Error: )?((?:{_DEATHS}).*)")
_XRAY = re.compile(r"\bXRAY TraceId: (1-[0-9a-f]{8}-[0-9a-f]{24})\b")
_NUMBERS = re.compile(
    r"(?P<name>(?:Billed Restore |Billed |Init |Restore |Post Runtime |Runtime )?Duration|Memory Size|Max Memory Used)"
    r": (?P<value>[0-9.]+)"
)
_INIT = re.compile(r"\b(?:INIT|RESTORE)_REPORT\b.*?(?:Init |Restore )?Duration: ([0-9.]+) ms")
_PHASE = re.compile(r"\b(Phase): ([a-z]+)")
_WORDS = re.compile(r"\b(Status|Error Type): ([A-Za-z_.]+)")
_PREFIX_TIME = re.compile(
    r"(?:\x1b\[[0-9;]*m)*(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)(?:\x1b\[[0-9;]*m)*\s"
)


def _of_text(line: str, at_us: int | None, function: str | None) -> PlatformFact | None:
    if line.startswith("END RequestId: "):
        return None
    when_us = at_us or _iso_us_before(line)
    start = _START.search(line) if "START RequestId: " in line else None
    if start is not None:
        return PlatformFact("start", start[1], when_us, function, version=start[2])
    report = _REPORT.search(line) if "REPORT RequestId: " in line else None
    if report is not None:
        return _of_report(report[1], line, when_us, function)
    if "Task timed out after " in line:
        return _of_timeout(line, at_us, function)
    died = _EXIT.search(line)
    if died is not None:
        return PlatformFact("exit", died[1], when_us, function, "failure", error=died[2].strip())
    return None


def _of_report(request_id: str, line: str, at_us: int, function: str | None) -> PlatformFact:
    numbers = {match["name"]: match["value"] for match in _NUMBERS.finditer(line)}
    words = dict(_WORDS.findall(line))
    return PlatformFact(
        "report",
        request_id,
        at_us,
        function,
        status=_status(words.get("Status"), words.get("Error Type")),
        duration_us=_us(numbers.get("Duration")),
        init_us=_us(numbers.get("Init Duration") or numbers.get("Restore Duration")),
        billed_us=_us(numbers.get("Billed Duration")),
        memory_mb=_whole(numbers.get("Memory Size")),
        max_memory_mb=_whole(numbers.get("Max Memory Used")),
        root=root_in(line),
        error=words.get("Error Type"),
    )


def _of_timeout(line: str, at_us: int | None, function: str | None) -> PlatformFact | None:
    match = _TIMEOUT.search(line)
    if match is None:
        return None
    when_us = _said_us(match[1]) or at_us or _iso_us_before(line)
    return PlatformFact("timeout", match[2], when_us, function, "timeout", duration_us=_us(match[3], 1_000_000))


def _of_json(line: str, at_us: int | None, function: str | None) -> PlatformFact | None:
    event = object_after(line)
    return None if event is None else fact_of_event(event, at_us, function)


def _iso_us_before(line: str) -> int:
    """The time that `aws logs tail`, in colour or not, or an export puts before a line."""
    match = _PREFIX_TIME.match(line)
    return (_said_us(match[1]) if match else None) or UNKNOWN_TIME_US


def _said_us(text: object) -> int | None:
    """As `iso_us()`, but for times that no record may have."""
    at_us = iso_us(text)
    return at_us if at_us is None or at_us <= MAX_TIME_US else None


def root_in(line: str) -> str | None:
    """The X-Ray Root that the second line of a REPORT names, as 32 hex digits."""
    found = _XRAY.search(line)
    return trace_id_of_root(f"Root={found[1]}") if found else None


def _status(text: object, error: object = None) -> Status | None:
    if text in ("error", "failure") and error == "Sandbox.Timedout":
        return "timeout"
    return cast(Status, text) if isinstance(text, str) and text in _STATUSES else None


def _us(number: object, scale: int = 1_000) -> int | None:
    """Microseconds of a number of milliseconds (or of `scale` microseconds), in text or not."""
    try:
        us = round(float(cast(str, number)) * scale)
    except (TypeError, ValueError, OverflowError):
        return None
    return us if 0 <= us <= MAX_TIME_US else None


def _whole(number: object) -> int | None:
    try:
        whole = int(float(cast(str, number)))
    except (TypeError, ValueError, OverflowError):
        return None
    return whole if 0 <= whole <= MAX_TIME_US else None
