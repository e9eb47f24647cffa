"""`hopscope prune`: retention."""

import re
import time

import click

from hopscope_collector.errors import InputError
from hopscope_collector.store.location import open_to_write

_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGE = re.compile(r"([0-9]+)([smhdw])")


@click.command(name="prune")
@click.option("--older-than", required=True, metavar="AGE", help="How old, such as 12h, 30d or 8w.")
@click.option("--store", metavar="URL", help="Which store; default $HOPSCOPE_STORE, else a file of yours.")
def command(older_than: str, store: str | None) -> None:
    """Remove records of invocations that started longer ago than AGE. Counters keep what was once stored."""
    age_s = _seconds(older_than)
    with open_to_write(store) as opened:
        removed = opened.prune(time.time_ns() // 1_000 - age_s * 1_000_000)
    click.echo(f"removed {removed:,} records older than {older_than}")


def _seconds(age: str) -> int:
    match = _AGE.fullmatch(age)
    if match is None:
        raise InputError(
            f"--older-than {age!r} is not an age; expected a whole number and s, m, h, d or w, such as 30d"
        )
    return int(match[1]) * _UNITS_S[match[2]]
