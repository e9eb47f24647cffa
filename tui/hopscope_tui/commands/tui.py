"""`hopscope tui`: watch flows in the terminal."""

import sys
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hopscope_tui.sources.contract import FlowSource


@click.command(name="tui")
@click.option("--store", metavar="URL", help="Which store; default $HOPSCOPE_STORE, else a file of yours.")
@click.option(
    "--rules", metavar="FILE", help="Which hopscope.toml; default $HOPSCOPE_RULES, else one beside the store."
)
@click.option("--collector", metavar="URL", help="Which collector instead: http://127.0.0.1:4318 (docs/api.md).")
@click.option("--theme", metavar="NAME", help="hopscope-night, -day, -contrast, ansi-dark, … (docs/tui.md).")
def command(store: str | None, rules: str | None, collector: str | None, theme: str | None) -> None:
    """Watch flows in the terminal, live, while something is collected into the store or by the collector."""
    if not sys.stdout.isatty():
        raise click.UsageError("there is no terminal here; hopscope flows and hopscope show print what it would show")
    if collector is None:
        run_on_store(store, rules=rules, theme=theme)
    elif store is not None or rules is not None:
        raise click.UsageError("--collector has a store and rules of its own; leave out --store and --rules")
    else:
        run_on_collector(collector, theme=theme)


def run_on_collector(url: str, *, theme: str | None = None) -> None:
    """Show a collector's flows over HTTP until the person quits; it may vanish and come back meanwhile."""
    from hopscope_tui.sources.collector import CollectorSource

    _run(CollectorSource(url), theme)


def run_on_store(store: str | None, *, rules: str | None = None, theme: str | None = None) -> None:
    """Show the store until the person quits; something else may write to it meanwhile, or make it later."""
    from hopscope_tui.sources.store import StoreSource

    _run(StoreSource(store, rules), theme)


def _run(source: "FlowSource", theme: str | None) -> None:
    """The first frame at once, the app as soon as it is there."""
    from hopscope_tui.first_frame import first_frame
    from hopscope_tui.state import Place, StateFile, default_path

    file = StateFile(default_path())
    state, _ = file.read()
    place = state.places.get(source.address, Place())
    with first_frame(source, place, theme or state.theme, time.time_ns() // 1_000) as window:
        from hopscope_tui.app import run
    run(source, theme=theme, state_file=file, first=window)
