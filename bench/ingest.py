"""How fast log lines become durable and queryable, and whether that stays so as the store grows.

    python bench/ingest.py                      10 k, 100 k and 1 M hops
    python bench/ingest.py --hops 10000000 --store /tmp/big.db

Lines come through a pipe from `order_lines.py`, which runs on another core and is not counted. Beside each figure
stands a baseline of the same run: `json.loads` of every line and one bare row a record, nothing checked, nothing
indexed. CPU is that of the collector's process; hops a second are for one core.
"""

import argparse
import io
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

from hopscope_collector.ingest import Collected, collect, spare_the_garbage_collector
from hopscope_collector.sources.contract import Stop
from hopscope_collector.sources.stdin import StdinSource
from hopscope_collector.store.sqlite import SqliteStore

GENERATOR = Path(__file__).parent / "order_lines.py"
BASELINE_HOPS = 100_000
BATCH_RECORDS = 20_000


class Unwatched:
    """Nobody watches a benchmark."""

    def progress(self, source: str, collected: Collected) -> None:
        """As in `Watcher`."""

    def say(self, words: str) -> None:
        """As in `Watcher`."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hops", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--store", type=Path, help="keep the last store here")
    parser.add_argument("--phoenix", type=Path, metavar="PROGRAM", help="the `phoenix` of an Arize Phoenix, a peer")
    parser.add_argument("--baseline", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    spare_the_garbage_collector()
    if asked.baseline:
        with tempfile.TemporaryDirectory() as folder:
            print(_baseline_us(Path(folder) / "baseline.db"))
        return
    titles = ("hops", "µs cpu/hop", "hops/s/core", "wall hops/s", "bytes/hop", "peak MB", "× baseline")
    print("".join(f"{title:>13}" for title in titles))
    cpu_us = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for hops in asked.hops:
            baseline_us = _baseline_us_elsewhere()
            path = asked.store if asked.store and hops == asked.hops[-1] else Path(folder) / f"{hops}.db"
            cpu_s, wall_s = _loaded(path, hops)
            cpu_us = cpu_s / hops * 1e6
            figures = (f"{hops:,}", f"{cpu_us:.1f}", f"{1e6 / cpu_us:,.0f}", f"{hops / wall_s:,.0f}")
            sizes = (f"{_bytes(path) / hops:,.0f}", f"{_peak_mb():,.0f}", f"{cpu_us / baseline_us:.2f}")
            print("".join(f"{each:>13}" for each in figures + sizes), flush=True)
    if asked.phoenix:
        from phoenix import HOPS, phoenix_cpu_us

        peer_us = phoenix_cpu_us(asked.phoenix)
        print(f"Arize Phoenix: {peer_us:,.0f} µs cpu/hop of {HOPS:,}, {peer_us / cpu_us:,.0f} times ours")


def _loaded(path: Path, hops: int) -> tuple[float, float]:
    """CPU and wall seconds until every line is durable."""
    with subprocess.Popen([sys.executable, str(GENERATOR), str(hops)], stdout=subprocess.PIPE) as lines:
        source = StdinSource(cast(io.BufferedReader, lines.stdout))
        with SqliteStore(path) as store:
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            collected = collect([source], store, Unwatched(), Stop())
            spent = time.process_time() - cpu_s, time.perf_counter() - wall_s
    if collected.stored != 2 * hops:
        raise SystemExit(f"{collected} is not {2 * hops} stored records")
    return spent


def _baseline_us_elsewhere() -> float:
    """In a process of its own, so that its memory is not counted as ours."""
    done = subprocess.run([sys.executable, __file__, "--baseline"], stdout=subprocess.PIPE, check=True)
    return float(done.stdout)


def _baseline_us(path: Path) -> float:
    """CPU microseconds a hop of parsing every line and storing it as it is."""
    generated = subprocess.run([sys.executable, str(GENERATOR), str(BASELINE_HOPS)], stdout=subprocess.PIPE, check=True)
    lines = generated.stdout.decode().splitlines()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS line (trace TEXT, at INTEGER, text TEXT)")
    began_s = time.process_time()
    for start in range(0, len(lines), BATCH_RECORDS):
        rows = []
        for text in lines[start : start + BATCH_RECORDS]:
            found = json.loads(text)
            rows.append((found["traceId"], found["startUs"], text))
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO line VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")
    spent_s = time.process_time() - began_s
    connection.close()
    return spent_s / BASELINE_HOPS * 1e6


def _bytes(path: Path) -> int:
    return sum(each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.exists())


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
