"""`hopscope stats`: what was received, stored, refused and why."""

import json
from datetime import UTC, datetime

import click

from hopscope_collector.documented.stats import stats_json
from hopscope_collector.store.contract import Stats
from hopscope_tui.answers import COLLECTOR_HELP, answering
from hopscope_tui.neutral import neutral


@click.command(name="stats")
@click.option("--store", metavar="URL", help="Which store; default $HOPSCOPE_STORE, else a file of yours.")
@click.option("--collector", metavar="URL", help=COLLECTOR_HELP)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: docs/store.md says what is in it.")
def command(store: str | None, collector: str | None, *, as_json: bool) -> None:
    """Say what was received, stored, repeated and refused, and why. The sums add up."""
    with answering(store, None, collector) as asked:
        stats, name = asked.stats(), asked.name
    if as_json:
        click.echo(json.dumps(stats_json(stats)))
    else:
        click.echo("\n".join(_table(stats, name)))


def _table(stats: Stats, url: str) -> list[str]:
    rows = [
        neutral(url),
        f"received  {stats.received:>12,}",
        f"stored    {stats.stored:>12,}{_kept(stats)}",
        f"repeated  {stats.repeated:>12,}",
        f"refused   {sum(stats.refused.values()):>12,}",
    ]
    for reason, lines in sorted(stats.refused.items()):
        example = stats.examples[reason]
        first = neutral(f"{example.source}, {example.place}: {example.message}")
        rows.append(f"  {reason:<22}{lines:>6,}  first in {first}")
    if stats.facts:
        rows.append(f"platform  {stats.facts:>12,}  lines of Lambda and of brokers, beside the records")
    if stats.oldest_us is not None and stats.newest_us is not None:
        rows.append(f"from {_time(stats.oldest_us)} to {_time(stats.newest_us)}")
    return rows


def _kept(stats: Stats) -> str:
    return f"  {stats.kept:,} of them still there, {stats.pruned:,} pruned" if stats.pruned else ""


def _time(epoch_us: int) -> str:
    try:
        return datetime.fromtimestamp(epoch_us / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{epoch_us} µs"
