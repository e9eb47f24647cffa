"""The `hopscope` command: a table of verbs, each loaded when it is asked for.

    hopscope VERB        imports hopscope_tui.commands.<verb> and nothing of the other verbs

Exit codes: 0 done, 1 we (or the disk, or AWS) failed, 2 what was typed or given cannot be done, 130 stopped by Ctrl-C.
An error is one line on stderr, `hopscope: …`; a traceback is a bug.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

VERBS: dict[str, tuple[str, str]] = {
    "demo": ("hopscope_tui.commands.demo", "Raise a local stage, run orders through it, watch them."),
    "collect": ("hopscope_tui.commands.collect", "Collect records from files, stdin or AWS into the store."),
    "tui": ("hopscope_tui.commands.tui", "Watch flows in the terminal."),
    "flows": ("hopscope_tui.commands.flows", "List flows, one line each."),
    "show": ("hopscope_tui.commands.show", "Show one flow, by any of its ids."),
    "event": ("hopscope_tui.commands.event", "Show how the layer reads a Lambda event."),
    "execution": ("hopscope_tui.commands.execution", "Show a Step Functions or durable execution."),
    "topology": ("hopscope_tui.commands.topology", "Show who is declared to get what, or write it from AWS."),
    "mcp": ("hopscope_tui.commands.mcp", "Answer an agent's questions about flows (Model Context Protocol)."),
    "stats": ("hopscope_tui.commands.stats", "Say what was received, stored, refused and why."),
    "prune": ("hopscope_tui.commands.prune", "Remove old records from the store."),
}
"""Verb → its module, whose `command` is the click command, and its line in `hopscope --help`."""


class _Verbs(click.Group):
    """Looks verbs up in `VERBS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(VERBS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The table itself: help must not import every verb."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; what can go wrong with its input or its store becomes one line on stderr."""
        from hopscope_collector.errors import HopscopeError, InputError

        try:
            return super().invoke(ctx)
        except InputError as error:
            raise _NotPossible(str(error)) from error
        except HopscopeError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            # Before click sees it: to click it is a failure.
            _stop_writing()
            raise click.exceptions.Exit(0) from None


class _NotPossible(click.ClickException):
    exit_code = 2


@click.group(
    cls=_Verbs,
    no_args_is_help=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="hopscope-tui", prog_name="hopscope")
@click.pass_context
def _hopscope(ctx: click.Context) -> None:
    """Hopscope makes choreography as visible as orchestration."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `hopscope` with the arguments of the process (or those given) and exit."""
    try:
        code = _hopscope.main(args=arguments, standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        code = end.exit_code
    except click.UsageError as error:
        code = _said(_usage(error), 2)
    except click.ClickException as error:
        code = _said(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        _stop_writing()
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


def _stop_writing() -> None:
    """Whoever read our output has had enough (`hopscope flows | head`): nothing to say, nowhere to say it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(error: click.UsageError) -> str:
    hint = f" (see `{error.ctx.command_path} --help`)" if error.ctx else ""
    return error.format_message() + hint


def _said(message: str, code: int) -> int:
    one_line = " ".join(message.split())
    click.echo(f"hopscope: {one_line}", err=True)
    return code
