"""How fast a store answers, however large it is.

    python bench/ingest.py --hops 1000000 --store /tmp/big.db
    python bench/query.py /tmp/big.db

Ids are drawn from all over the store. A line is one kind of question; times are wall milliseconds of one thread, the
store warm. `one flow` includes decoding every record of it. Lists are read from summaries, which the collecting process
makes while nothing arrives; `--summarise N` makes N pieces of them first, and says what a flow of them costs.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from random import Random

from hopscope_collector.kinds import Window
from hopscope_collector.query import Flows, Page
from hopscope_collector.rules import Rules
from hopscope_collector.search.filter import parsed
from hopscope_collector.store.contract import Seen
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_collector.summaries.summarising import idle_work
from hopscope_wire.model import Begin

QUESTIONS = 200
LISTED = 100
PAGES = 5
FILTERS = (
    "",
    "fn:send-mail",
    "status:failed",
    "!status:done",
    "dur:>650ms",
    "dur:>1h",
    "since:10m",
    "o-1999",
    "event:nothing",
)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--summarise", type=int, default=0, metavar="N")
    asked = parser.parse_args()
    path = asked.store
    if asked.summarise:
        _summarise(path, asked.summarise)
    began_s = time.perf_counter()
    with SqliteStore(path, read_only=True) as store:
        stats = store.stats()
        opened_ms = (time.perf_counter() - began_s) * 1e3
        print(f"{stats.kept:,} records; opened and counted in {opened_ms:.1f} ms\n")
        seen = _sample(store, stats.oldest_us or 0, stats.newest_us or 0)
        begins = [_begin_of(store, each) for each in seen]
        print(f"{'question':<34} {'median ms':>10} {'p95 ms':>8} {'cpu ms':>8}")
        _row("one flow by trace id", lambda at: store.records_of([seen[at].trace_id]))
        _row("one flow by request id", lambda at: store.records_of([begins[at].request_id]))
        _row("one flow by message id", lambda at: store.records_of([begins[at].messages[0].refs[0].partition("/")[2]]))
        _row("one flow by key", lambda at: store.records_of([f"order_id={begins[at].messages[0].keys['order_id']}"]))
        _row("an id that is not there", lambda at: store.records_of([f"no-{at}"]))
        _row(f"newest {LISTED} invocations", lambda _: store.newest(LISTED))
        _row(f"{LISTED} invocations from anywhere", lambda at: store.newest(LISTED, seen[at]))
        _row(
            f"every record of the newest {LISTED}",
            lambda _: store.records_of([e.trace_id for e in store.newest(LISTED)]),
        )
        token = store.changes_since(0).token
        _row("nothing changed", lambda _: store.changes_since(token))
        _pages(store, stats.newest_us or 0)


def _summarise(path: Path, pieces: int) -> None:
    with SqliteStore(path) as store:
        work = idle_work(store, Rules(), print)
        before, began_s = _summarised(store), time.process_time()
        while store.tidy():
            pass
        print(f"runs of ids merged in {time.process_time() - began_s:.1f} s of CPU")
        began_s = time.process_time()
        for _ in range(pieces):
            if not work():
                break
        flows, spent_s = _summarised(store) - before, time.process_time() - began_s
        print(f"{flows:,} flows summarised, {spent_s / max(flows, 1) * 1e6:,.0f} µs of CPU each\n")


def _summarised(store: SqliteStore) -> int:
    assert store.shelves is not None
    with store.shelves.reading() as shelf:
        return shelf.size()


def _pages(store: SqliteStore, newest_us: int) -> None:
    """Lists: flows whole, filtered, sorted, counted. `+` after a count: partial, the next page goes on."""
    shelves = store.shelves
    if shelves is not None:
        with shelves.reading() as shelf:
            print(f"\n{shelf.size():,} flows are summarised; the rest is when somebody comes to it")
    now_us, began_s = newest_us + 1_000_000, time.perf_counter()
    flows = Flows(store, Rules(), lambda: now_us + int((time.perf_counter() - began_s) * 1e6))
    print(f"\n{'list':<34} {'first ms':>10} {'median ms':>10} {'cpu ms':>8} {'flows':>8}")
    for text in FILTERS:
        wanted = parsed(text)
        _page_row(text or f"newest {LISTED} flows", lambda wanted=wanted: flows.page(wanted, LISTED))  # type: ignore[misc]
    _page_row("the longest", lambda: flows.page(parsed(""), LISTED, order="duration"))
    window = Window(now_us - 600_000_000, now_us)
    began_s = time.perf_counter()
    kinds = flows.kinds(window)
    print(f"{'kinds of ten minutes':<34} {(time.perf_counter() - began_s) * 1e3:>10.1f}", len(kinds.kinds))


def _page_row(question: str, ask: Callable[[], Page]) -> None:
    times_ms, cpu_s, page = [], 0.0, Page((), None, 0)
    for number in range(PAGES):
        began_s, cpu_began_s = time.perf_counter(), time.process_time()
        page = ask()
        times_ms.append((time.perf_counter() - began_s) * 1e3)
        cpu_s += (time.process_time() - cpu_began_s) if number else 0
    found = f"{len(page.flows)}{'+' if page.is_partial else ''}"
    median_ms, cpu_ms = sorted(times_ms[1:])[PAGES // 2 - 1], cpu_s / (PAGES - 1) * 1e3
    print(f"{question:<34} {times_ms[0]:>10.1f} {median_ms:>10.1f} {cpu_ms:>8.1f} {found:>8}")


def _sample(store: SqliteStore, oldest_us: int, newest_us: int) -> list[Seen]:
    random = Random(7)
    moments = (random.randint(oldest_us, newest_us) for _ in range(QUESTIONS))
    return list(chain.from_iterable(store.newest(1, Seen(each + 1_000_000, "", "")) for each in moments))


def _begin_of(store: SqliteStore, seen: Seen) -> Begin:
    records: Iterable[object] = store.records_of([seen.invocation_id]).records
    return next(each for each in records if isinstance(each, Begin) and each.invocation_id == seen.invocation_id)


def _row(question: str, ask: Callable[[int], object]) -> None:
    times_ms, cpu_began_s = [], time.process_time()
    for number in range(QUESTIONS):
        began_s = time.perf_counter()
        ask(number)
        times_ms.append((time.perf_counter() - began_s) * 1e3)
    times_ms.sort()
    cpu_ms = (time.process_time() - cpu_began_s) / QUESTIONS * 1e3
    median_ms, p95_ms = times_ms[QUESTIONS // 2], times_ms[QUESTIONS * 95 // 100]
    print(f"{question:<34} {median_ms:>10.2f} {p95_ms:>8.2f} {cpu_ms:>8.2f}")


if __name__ == "__main__":
    main()
