"""How fast a store answers, however large it is.

    python bench/ingest.py --hops 1000000 --store /tmp/big.db
    python bench/query.py /tmp/big.db

Ids are drawn from all over the store. A line is one kind of question; times are wall milliseconds of one thread, the
store warm. `one flow` includes decoding every record of it.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from random import Random

from hopscope_collector.store.contract import Seen
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_wire.model import Begin

QUESTIONS = 200
LISTED = 100


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    path = parser.parse_args().store
    began_s = time.perf_counter()
    with SqliteStore(path, read_only=True) as store:
        stats = store.stats()
        opened_ms = (time.perf_counter() - began_s) * 1e3
        print(f"{stats.kept:,} records; opened and counted in {opened_ms:.1f} ms\n")
        seen = _sample(store, stats.oldest_us or 0, stats.newest_us or 0)
        begins = [_begin_of(store, each) for each in seen]
        print(f"{'question':<34} {'median ms':>10} {'p95 ms':>8}")
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


def _sample(store: SqliteStore, oldest_us: int, newest_us: int) -> list[Seen]:
    random = Random(7)
    moments = (random.randint(oldest_us, newest_us) for _ in range(QUESTIONS))
    return list(chain.from_iterable(store.newest(1, Seen(each + 1_000_000, "", "")) for each in moments))


def _begin_of(store: SqliteStore, seen: Seen) -> Begin:
    records: Iterable[object] = store.records_of([seen.invocation_id]).records
    return next(each for each in records if isinstance(each, Begin) and each.invocation_id == seen.invocation_id)


def _row(question: str, ask: Callable[[int], object]) -> None:
    times_ms = []
    for number in range(QUESTIONS):
        began_s = time.perf_counter()
        ask(number)
        times_ms.append((time.perf_counter() - began_s) * 1e3)
    times_ms.sort()
    print(f"{question:<34} {times_ms[len(times_ms) // 2]:>10.2f} {times_ms[len(times_ms) * 95 // 100]:>8.2f}")


if __name__ == "__main__":
    main()
