"""`hopscope prune`: retention."""

import click

from hopscope_collector.search.moments import moment_us
from hopscope_collector.store.location import open_to_read, open_to_write
from hopscope_collector.wall_clock import wall_clock_us


@click.command(name="prune")
@click.option(
    "--older-than", required=True, metavar="AGE", help="An age such as 12h or 30d, or a time such as 2026-11-21."
)
@click.option("--store", metavar="URL", help="Which store; default $HOPSCOPE_STORE, else a file of yours.")
def command(older_than: str, store: str | None) -> None:
    """Remove records of invocations that started longer ago than AGE. Counters keep what was once stored."""
    before_us = moment_us(older_than, wall_clock_us())
    open_to_read(store).close()  # what is not there is said, not made
    with open_to_write(store) as opened:
        removed = opened.prune(before_us)
    click.echo(f"removed {removed:,} records older than {older_than}")
