"""`hopscope collect SOURCE... [--listen HOST:PORT]`: lines in, records in the store."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import get_terminal_size
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from hopscope_collector.errors import CollectorError, InputError
from hopscope_collector.ingest import Collected, collect, follow, spare_the_garbage_collector
from hopscope_collector.rules import Rules
from hopscope_collector.rules_file import rules_for
from hopscope_collector.search.moments import moment_us
from hopscope_collector.sources.contract import Source, Stop
from hopscope_collector.sources.naming import Wanted, sources_of
from hopscope_collector.store.contract import Store
from hopscope_collector.store.location import MEMORY, open_to_read, open_to_write, store_url
from hopscope_collector.summaries.summarising import Idle, idle_work
from hopscope_collector.wall_clock import wall_clock_us
from hopscope_tui.neutral import neutral

if TYPE_CHECKING:
    from hopscope_collector.api.listener import Listener
    from hopscope_collector.api.settings import Settings

SAID_EVERY_S = 10.0
"""How often progress is said where there is no terminal to write it over on."""


LOOKED_EVERY_S = 0.5
"""How often it is seen whether something came in over HTTP."""


class CannotCollect(InputError):
    """What was asked for contradicts itself."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed."""

    sources: tuple[str, ...]
    store: str | None
    once: bool
    since: str
    until: str | None
    keys: str | None
    topology: tuple[str, ...]
    export: str | None
    listen: str | None
    tls_cert: Path | None
    tls_key: Path | None

    @property
    def is_followed(self) -> bool:
        """Whether sources are read on until somebody stops us."""
        return not self.once and self.until is None


@click.command(name="collect")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--store", metavar="URL", help="Where to store; default $HOPSCOPE_STORE, else a file of yours.")
@click.option("--once", is_flag=True, help="Read what is there and end, instead of following.")
@click.option("--since", metavar="WHEN", default="24h", show_default=True, help="Where reading of logs begins.")
@click.option("--until", metavar="WHEN", help="Where it ends.")
@click.option("--keys", metavar="FILE", help="hopscope.toml that names where business keys are in executions' input.")
@click.option(
    "--topology", multiple=True, metavar="FILE", help="With --listen: who is declared to get what; may be repeated."
)
@click.option(
    "--export", metavar="otlp:URL", help="Hand flows on as OpenTelemetry spans, each once, when they are quiet."
)
@click.option("--listen", metavar="HOST:PORT", help="Take in records and OTLP over HTTP, and answer queries.")
@click.option("--tls-cert", type=click.Path(path_type=Path), metavar="FILE", help="With --listen: a certificate (PEM).")
@click.option("--tls-key", type=click.Path(path_type=Path), metavar="FILE", help="With --listen: its key (PEM).")
def command(**given: Any) -> None:
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
            xray:FILTER         X-Ray traces by a filter expression (* for all), or by their ids
            xray-file:PATH      what `aws xray batch-get-traces` printed

    Follows its sources until Ctrl-C, unless --once. What was collected before counts as repeated.
    WHEN is an age (2h, 30d) or a time (2026-11-21T14:05Z).

    --listen needs no SOURCE. Away from 127.0.0.1 it demands a token: HOPSCOPE_TOKEN_FILE or HOPSCOPE_TOKEN.
    """
    asked = Asked(**given)
    now_us = wall_clock_us()
    listening = _listening_to(asked)
    rules = rules_for(asked.keys, store_url(asked.store), asked.topology)
    wanted = Wanted(
        is_followed=asked.is_followed,
        since_us=moment_us(asked.since, now_us),
        until_us=None if asked.until is None else moment_us(asked.until, now_us),
        key_paths=rules.key_paths,
    )
    if wanted.until_us is not None and wanted.until_us <= wanted.since_us:
        raise CannotCollect(f"--until {asked.until} is not after --since {asked.since}; expected a later time")
    named = [source for text in asked.sources for source in sources_of(text, wanted)] + _feeds(asked, rules)
    progress = Progress()
    stop, of_sources = Stop(), Stop()  # sources may all end and the server goes on

    def end() -> None:
        stop.set()
        of_sources.set()

    spare_the_garbage_collector()
    with open_to_write(asked.store, waiting=progress.say) as into, _stopping_on_signals(stop, end):
        run = follow if wanted.is_followed else collect
        idle = idle_work(into, rules, progress.say)
        if listening is None:
            collected = run(named, into, progress, of_sources, idle=idle)
        else:
            with _listener(listening, into, asked, say=progress.say, ended=end) as listener:
                collected = run(named, into, progress, of_sources, idle=idle)
                _wait(listener, progress, stop, idle)
            collected.include(listener.collected)
    progress.end(collected, store_url(asked.store))
    if collected.refused:
        progress.say("hopscope stats says why lines were refused")
    if collected.failed:
        raise collected.failed[0]


def _feeds(asked: Asked, rules: Rules) -> list[Source]:
    """What hands the store's flows on, as a source beside the others: none, or one."""
    if asked.export is None:
        return []
    kind, _, url = asked.export.partition(":")
    if kind != "otlp" or not url:
        raise CannotCollect(
            f"{asked.export!r} is nowhere to export to; expected otlp:URL, as otlp:http://localhost:4318"
        )
    if store_url(asked.store) == MEMORY:
        raise CannotCollect("--export reads the store while it is written, and memory: has one reader; expected a file")
    from hopscope_collector.export.feed import Pace, SpanFeed
    from hopscope_collector.export.otlp import Backend

    return [SpanFeed(Backend(url), lambda: open_to_read(asked.store), rules, Pace(asked.is_followed))]


def _listening_to(asked: Asked) -> "Settings | None":
    """Where to listen. None when nobody asked for it."""
    if asked.listen is None:
        if asked.tls_cert or asked.tls_key:
            raise CannotCollect("--tls-cert and --tls-key say nothing without --listen; expected --listen HOST:PORT")
        if not asked.sources and not asked.export:
            raise click.UsageError("Missing argument 'SOURCE...', or --listen HOST:PORT.")
        return None
    if asked.once:
        raise CannotCollect("--once ends and --listen does not; expected one of them")
    from hopscope_collector.api.settings import settings_of

    return settings_of(asked.listen, os.environ, asked.tls_cert, asked.tls_key)


def _listener(
    settings: "Settings", store: Store, asked: Asked, *, say: Callable[[str], None], ended: Callable[[], None]
) -> "Listener":
    """The server, bound but not yet started."""
    try:
        from hopscope_collector.api.listener import Listener
    except ModuleNotFoundError as error:
        raise CannotCollect(
            f"--listen needs {error.name}, which is not installed; install hopscope-collector[listen]"
        ) from error
    url = store_url(asked.store)
    listener = Listener(
        settings,
        store,
        lambda: store if url == MEMORY else open_to_read(url),
        rules=rules_for(asked.keys, url, asked.topology),
        say=say,
        ended=ended,
    )
    say(f"listening at {listener.url}{'' if settings.token else ', to this machine only'}")
    if not settings.is_loopback and settings.certificate is None:
        say("the token travels in the clear: give --tls-cert and --tls-key, or let a proxy speak TLS")
    return listener


def _wait(listener: "Listener", progress: "Progress", stop: Stop, idle: Idle) -> None:
    """Until somebody stops us, or the server dies; what can wait is done while nothing comes in."""
    received = 0
    while not stop.sleep(LOOKED_EVERY_S):
        collected = listener.collected
        if collected.received != received:
            received = collected.received
            progress.progress(listener.url, collected)
            continue
        while not stop.is_set and listener.collected.received == received and idle():
            pass
    if listener.failure is not None:
        raise CollectorError(f"the server at {listener.url} died ({listener.failure!r}); start it again")


class Progress:
    """One line on stderr that is written over on a terminal; elsewhere a line now and then."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._said_at = time.monotonic()

    def progress(self, source: str, collected: Collected) -> None:
        """As in `Watcher`."""
        line = f"{_sorted_out(collected)} ← {neutral(source)}"
        if self._is_live:
            cells = get_terminal_size().columns - 1  # one that is wrapped could not be written over
            print(f"\r\x1b[K{line[:cells]}", end="", file=sys.stderr, flush=True)
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
    return f"received {collected.received:,}: {_sorted_out(collected)}"


def _sorted_out(collected: Collected) -> str:
    said = f"{collected.stored:,} stored, {collected.repeated:,} repeated, {collected.refused:,} refused"
    return f"{said}; {collected.others:,} other lines" if collected.others else said


@contextmanager
def _stopping_on_signals(stop: Stop, end: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl-C (or TERM) ends the sources and stores what was gathered; the second ends at once."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set:
            raise KeyboardInterrupt
        end()

    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
