"""`hopscope collect SOURCE...`: lines in, records in the store."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from hopscope_collector.ingest import Collected, collect, follow, spare_the_garbage_collector
from hopscope_collector.moments import moment_us
from hopscope_collector.rules_file import rules_for
from hopscope_collector.sources.contract import Stop
from hopscope_collector.sources.naming import Wanted, sources_of
from hopscope_collector.store.location import open_to_write, store_url
from hopscope_tui.neutral import neutral

SAID_EVERY_S = 10.0
"""How often progress is said where there is no terminal to write it over on."""


@click.command(name="collect")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--store", metavar="URL", help="Where to store; default $HOPSCOPE_STORE, else a file of yours.")
@click.option("--once", is_flag=True, help="Read what is there and end, instead of following.")
@click.option("--since", metavar="WHEN", default="24h", show_default=True, help="Where reading of logs begins.")
@click.option("--until", metavar="WHEN", help="Where it ends.")
@click.option("--keys", metavar="FILE", help="hopscope.toml that names where business keys are in executions' input.")
def command(
    sources: tuple[str, ...], store: str | None, *, once: bool, since: str, until: str | None, keys: str | None
) -> None:
    """Collect records into the store.

    \b
    SOURCE  file:PATH           log lines, plain, gzip or zstd; a folder or a pattern means every file
            -                   log lines from standard input
            logs:GROUP-PREFIX   every CloudWatch log group whose name begins so
            live:GROUP-PREFIX   the same by Live Tail: up to ten groups, within a second
            kinesis:STREAM      a Kinesis stream that a log subscription fills
            sqs:URL             an SQS queue; a message is deleted when it is stored
            executions:WHICH    Step Functions histories: an execution's ARN, a state machine's, or a name's beginning
            durable:FUNCTION    executions of a durable function
            executions-file:PATH  what `aws stepfunctions get-execution-history` printed

    Follows its sources until Ctrl-C, unless --once. What was collected before counts as repeated.
    WHEN is an age (2h, 30d) or a time (2026-11-21T14:05Z).
    """
    now_us = time.time_ns() // 1_000
    wanted = Wanted(
        is_followed=not once and until is None,
        since_us=moment_us(since, now_us),
        until_us=None if until is None else moment_us(until, now_us),
        key_paths=rules_for(keys, store_url(store)).key_paths,
    )
    named = [source for text in sources for source in sources_of(text, wanted)]
    progress = Progress()
    stop = Stop()
    spare_the_garbage_collector()
    with open_to_write(store, waiting=progress.say) as into, _stopping_on_signals(stop):
        run = follow if wanted.is_followed else collect
        collected = run(named, into, progress, stop)
    progress.end(collected, store_url(store))
    if collected.refused:
        progress.say("hopscope stats says why lines were refused")
    if collected.failed:
        raise collected.failed[0]


class Progress:
    """One line on stderr that is written over on a terminal; elsewhere a line now and then."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._said_at = time.monotonic()

    def progress(self, source: str, collected: Collected) -> None:
        """As in `Watcher`."""
        line = f"{neutral(source)}: {_counted(collected)}"
        if self._is_live:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._said_at >= SAID_EVERY_S:
            self._said_at = time.monotonic()
            print(line, file=sys.stderr, flush=True)

    def say(self, words: str) -> None:
        """One thing the person should know now."""
        self._clear()
        print(f"hopscope: {neutral(words)}", file=sys.stderr, flush=True)

    def end(self, collected: Collected, url: str) -> None:
        """What came of it all."""
        self._clear()
        for error in collected.failed[1:]:
            self.say(str(error))
        print(f"{_counted(collected)} → {neutral(url)}")

    def _clear(self) -> None:
        if self._is_live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _counted(collected: Collected) -> str:
    said = (
        f"received {collected.received:,}: {collected.stored:,} stored, "
        f"{collected.repeated:,} repeated, {collected.refused:,} refused"
    )
    return f"{said}; {collected.others:,} other lines" if collected.others else said


@contextmanager
def _stopping_on_signals(stop: Stop) -> Iterator[None]:
    """The first Ctrl-C (or TERM) ends the sources and stores what was gathered; the second ends at once."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set:
            raise KeyboardInterrupt
        stop.set()

    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
