"""`hopscope tui`: watch flows in the terminal."""

import sys

import click


@click.command(name="tui")
@click.option("--store", metavar="URL", help="Which store; default $HOPSCOPE_STORE, else a file of yours.")
@click.option(
    "--rules", metavar="FILE", help="Which hopscope.toml; default $HOPSCOPE_RULES, else one beside the store."
)
@click.option("--theme", metavar="NAME", help="hopscope-night, -day, -contrast, ansi-dark, … (docs/tui.md).")
def command(store: str | None, rules: str | None, theme: str | None) -> None:
    """Watch flows in the terminal, live, while something is collected into the store."""
    if not sys.stdout.isatty():
        raise click.UsageError("there is no terminal here; hopscope flows and hopscope show print what it would show")
    run_on_store(store, rules=rules, theme=theme)


def run_on_store(store: str | None, *, rules: str | None = None, theme: str | None = None) -> None:
    """Show the store until the person quits; something else may write to it meanwhile, or make it later."""
    from hopscope_tui.app import run
    from hopscope_tui.state import StateFile, default_path
    from hopscope_tui.store_source import StoreSource

    run(StoreSource(store, rules), theme=theme, state_file=StateFile(default_path()))
