"""What the Lambda platform itself says of an invocation, as frozen values (pure).

Platform lines stand in the same log stream as our records: START, END, REPORT, timeouts and crashes. They complete
a hop whose end record never came, and they name consumers that carry no layer.
"""

from dataclasses import dataclass
from typing import Literal

PlatformKind = Literal["start", "end", "report", "timeout", "exit", "init-report"]
"""`exit`: the runtime process died (`Runtime exited …`, out of memory)."""


@dataclass(frozen=True, slots=True)
class PlatformFact:
    """One thing the platform said about one invocation (or, for `init-report`, about one start of a sandbox)."""

    kind: PlatformKind
    request_id: str
    """Empty for `init-report` when the line names no request."""

    at_us: int
    """When the platform said it, epoch microseconds on AWS's clock."""

    function: str | None = None
    """From the log group `/aws/lambda/<function>`. None when the source does not know its log group."""

    log_stream: str | None = None
    status: Literal["success", "failure", "error", "timeout"] | None = None
    """As the platform reports it. None when the line has no status: older REPORT lines only say that it ended."""

    duration_us: int | None = None
    """Of the invocation, as reported or as the timeout names it. None when the line has none."""

    init_us: int | None = None
    """Duration of the cold start. None when it was a warm one, or the line has none."""

    memory_mb: int | None = None
    max_memory_mb: int | None = None
    version: str | None = None
    root: str | None = None
    """X-Ray Root as 32 hex digits. None without tracing."""

    error: str | None = None
    """What the line says of the error, such as `Runtime exited with error: signal: killed` or `Sandbox.Timedout`."""
