"""
NotAnExecution              the input holds no execution: say what it holds, what was expected, what to do
├── NotAnArn                an ARN, but of no execution
├── NotJson                 not even JSON
├── NotAHistory             JSON, but neither a history nor a description of an execution
├── BadEvent                a history, but one of its events cannot be read
└── BadDefinition           not a state machine in the Amazon States Language
"""

from hopscope_collector.errors import InputError


class NotAnExecution(InputError):
    """What was given cannot be shown as an execution."""


class NotAnArn(NotAnExecution):
    """What begins as an ARN names no execution."""

    def __init__(self, given: str, names: str | None) -> None:
        what = f"names {names}" if names else "is not the ARN of an execution"
        every = f"; `hopscope collect executions:{given}` takes all of its executions" if names else ""
        super().__init__(
            f"{given} {what}; expected arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME, or"
            f" arn:aws:lambda:REGION:ACCOUNT:function:NAME:VERSION/durable-execution/NAME/ID{every}"
        )


class NotJson(NotAnExecution):
    """The text does not parse."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(
            f"line {line} is not JSON ({why}); expected what `aws stepfunctions get-execution-history --output json`"
            " prints, or log lines of an execution, one a line. Was the file cut? Save it again"
        )


class NotAHistory(NotAnExecution):
    """The JSON holds no execution history."""

    def __init__(self, given: str) -> None:
        super().__init__(
            f"found {given}; expected a history (`events` with id, type and timestamp), Express log lines, a durable"
            " execution's `Events`, or the describe output of an execution. Save one with"
            " `aws stepfunctions get-execution-history --execution-arn ARN --output json`"
        )


class BadEvent(NotAnExecution):
    """An event of the history lacks something that every event has."""

    def __init__(self, where: str, field: str, given: object, expected: str) -> None:
        super().__init__(
            f"{where} has {field} {given!r:.60}; expected {expected}. Was the file edited? Save it again with"
            " `aws stepfunctions get-execution-history --output json`"
        )


class BadDefinition(NotAnExecution):
    """The definition cannot be read."""
