"""`hopscope execution`: one Step Functions or durable execution as graph and table, without a store."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hopscope_collector.documented.contract_version import CONTRACT_VERSION
from hopscope_collector.errors import InputError
from hopscope_collector.executions.as_json import execution_as_json
from hopscope_collector.executions.assemble import execution_of
from hopscope_collector.executions.definition import Definition, definition_of
from hopscope_collector.executions.description import check_arn, is_meant_as_arn
from hopscope_collector.executions.errors import NotAnExecution
from hopscope_collector.executions.history import History
from hopscope_collector.executions.model import Execution
from hopscope_collector.executions.saved import executions_from_file, text_of
from hopscope_collector.executions.unreached import Unreached, unknown_states, unreached_states
from hopscope_tui.drawing.rows import Row, Run
from hopscope_tui.neutral import neutral
from hopscope_tui.text.execution import Look, execution_rows
from hopscope_tui.text.flow import painted, terminal_cells

_STDIN = "-"


class CannotShow(InputError):
    """The input is wrong; nothing was shown."""

    def __init__(self, message: str) -> None:
        super().__init__(neutral(message))  # it may quote the input


@click.command("execution")
@click.argument("source", metavar="FILE|ARN")
@click.option(
    "--definition",
    metavar="FILE",
    help="The state machine (ASL, or what describe-state-machine prints): shows states not reached, too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the execution as JSON (docs/executions.md).")
@click.option("--payloads", is_flag=True, help="With --json: inputs, outputs and variables. They may be private.")
@click.option("--all", "is_all", is_flag=True, help="Fold nothing.")
@click.option("--arn", metavar="ARN", help="Which execution, when a file holds several.")
def command(source: str, definition: str | None, arn: str | None, **flags: bool) -> None:
    """Show a Step Functions or durable execution as a graph and a table.

    FILE is what `aws stepfunctions get-execution-history` prints, with or without the describe output; log lines of
    an Express execution; or `aws lambda get-durable-execution-history`. `-` reads it from stdin. An ARN is read from
    AWS.
    """
    written = _definition(definition)
    with _blaming("stdin" if source == _STDIN else "" if is_meant_as_arn(source) else source):
        shown = [_with_unreached(history, written) for history in _chosen(_histories(source), arn)]
    if flags["as_json"]:
        click.echo(json.dumps(_as_json(shown, with_payloads=flags["payloads"])))
        return
    look = Look(terminal_cells(), is_all=flags["is_all"])
    for number, (run, unreached, unknown) in enumerate(shown):
        for row in [*([()] if number else []), *execution_rows(run, unreached, look), *_unknown_rows(unknown)]:
            click.echo(painted(row))


@contextmanager
def _blaming(source: str) -> Iterator[None]:
    """Says of which input it is that something is wrong; an ARN is in what is said already."""
    try:
        yield
    except NotAnExecution as error:
        raise CannotShow(f"{source}: {error}" if source else str(error)) from error


_Shown = tuple[Execution, tuple[Unreached, ...], tuple[str, ...]]


def _histories(source: str) -> tuple[History, ...]:
    if is_meant_as_arn(source):
        check_arn(source)
        from hopscope_collector.executions.fetch import fetch_execution  # imports boto3: late, and only for AWS

        return (fetch_execution(source),)
    if source == _STDIN:
        return executions_from_file(sys.stdin.buffer)
    try:
        with Path(source).open("rb") as file:
            return executions_from_file(file)
    except OSError as error:
        expected = "a file that exists, `-` for stdin, or the ARN of an execution"
        raise _unreadable(source, error, expected) from error


def _chosen(histories: tuple[History, ...], arn: str | None) -> tuple[History, ...]:
    if arn is None:
        return histories
    arns = [history.description.arn for history in histories if history.description]
    if not arns:
        raise CannotShow(f"--arn {arn} names none: no history in the file says its ARN; leave --arn out")
    if arn not in arns:
        some = ", ".join(arns[:3]) + (", …" if len(arns) > 3 else "")
        raise CannotShow(f"--arn {arn} is not in the file; expected one of {some}")
    return tuple(each for each in histories if each.description and each.description.arn == arn)


def _definition(file: str | None) -> Definition | None:
    if file is None:
        return None
    try:
        with Path(file).open("rb") as opened, _blaming(file):
            return definition_of(text_of(opened))
    except OSError as error:
        raise _unreadable(file, error, "a file that holds the state machine") from error


def _unreadable(file: str, error: OSError, expected: str) -> CannotShow:
    return CannotShow(f"cannot read {file}: {error.strerror or error}; expected {expected}")


def _with_unreached(history: History, written: Definition | None) -> _Shown:
    run = execution_of(history)
    definition = written or (definition_of(history.definition) if history.definition is not None else None)
    if definition is None:
        return run, (), ()
    return run, unreached_states(run, definition), unknown_states(run, definition)


def _as_json(shown: list[_Shown], *, with_payloads: bool) -> dict[str, object]:
    """`execution` is the first; `executions` is there only when there are several."""
    values = [_one_as_json(each, with_payloads=with_payloads) for each in shown]
    several: dict[str, object] = {"executions": values} if len(values) > 1 else {}
    return {"hopscope": CONTRACT_VERSION, "execution": values[0], **several}


def _one_as_json(shown: _Shown, *, with_payloads: bool) -> dict[str, object]:
    run, unreached, unknown = shown
    return {
        **execution_as_json(run, with_payloads=with_payloads),
        "not_reached": [
            {"name": each.name, "type": each.type, "inside": list(each.inside), "bypassed": each.is_bypassed}
            for each in unreached
        ],
        "not_in_definition": list(unknown),
    }


def _unknown_rows(unknown: tuple[str, ...]) -> list[Row]:
    if not unknown:
        return []
    names = ", ".join(unknown[:3]) + (", …" if len(unknown) > 3 else "")
    return [(Run(neutral(f"note: not in the definition, which may be of another revision: {names}"), "dim"),)]
