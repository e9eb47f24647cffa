"""Killed at random moments while it collects: nothing is lost, nothing is double, it goes on where it stood."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hopscope_collector.store.kept_lines import newest_first
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_wire.encode import line_of

HOPS = 6_000
KILLS = int(os.environ.get("HOPSCOPE_TEST_KILLS", "12"))
"""A hundred for a thorough run."""

COLLECT = """
import sys
from pathlib import Path
from hopscope_collector import ingest
from hopscope_collector.sources import cloudwatch, splitting
from hopscope_collector.sources.contract import Stop
from hopscope_collector.sources.file import FileSource
from hopscope_collector.sources.log_events import LogEvent, MemoryLogs
from hopscope_collector.store.sqlite import SqliteStore

class Paced:
    def progress(self, source, collected):
        print(collected.received, flush=True)
        sys.stdin.readline()  # until it may write the next batch: on a busy machine it would be done before it is killed
    def say(self, words): pass

kind, log, store = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
ingest.BATCH_RECORDS = 200
splitting.CHUNK_BYTES = 40_000
cloudwatch.SLICE_MS = 20_000
if kind == "file":
    source = FileSource(log, is_followed=False)
else:
    now_ms = 1_790_000_000_000
    texts = log.read_text().splitlines()
    events = [LogEvent(str(number), now_ms - 60 * (len(texts) - number), text) for number, text in enumerate(texts)]
    logs = MemoryLogs({"/aws/lambda/a": events[::2], "/aws/lambda/b": events[1::2]}, page_size=100)
    source = cloudwatch.CloudWatchSource("/aws/", logs, cloudwatch.Span(now_ms - 10**7), now_ms=lambda: now_ms)
    source._pause_s = 0
with SqliteStore(store) as opened:
    ingest.collect([source], opened, Paced(), Stop())
"""


def a_log(path: Path) -> list[str]:
    lines = []
    for number in range(HOPS):
        same = {
            "traceId": f"{number // 5:032x}",
            "invocationId": f"{number:012x}0000",
            "requestId": f"r-{number}",
            "function": "place-order",
            "startUs": 1_790_000_000_000_000 + number * 1_000,
        }
        lines.append(line_of({"record": "begin", **same, "keys": {"order_id": f"o-{number // 5}"}}))
        lines.append(line_of({"record": "end", **same, "endUs": 1, "durationUs": 1, "outcome": "ok"}))
    refused = [f'{{"hopscope":1,"record":"begin","half":"{number}' for number in range(50)]
    mixed = lines + refused
    random.Random(7).shuffle(mixed)
    path.write_text("\n".join(mixed) + "\n")
    return lines


@pytest.mark.parametrize("kind", ["file", "logs"])
def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(tmp_path: Path, kind: str) -> None:
    log, path = tmp_path / "a.log", tmp_path / "hopscope.db"
    lines = a_log(log)
    command = [sys.executable, "-c", COLLECT, kind, str(log), str(path)]
    moments = random.Random(11)
    killed = 0
    acknowledged = 0
    while True:
        collecting = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert collecting.stdin is not None
        assert collecting.stdout is not None
        if killed < KILLS:
            received_now = collecting.stdout.readline()  # the first batch of this run is durable
            if received_now:
                collecting.stdin.write("\n" * moments.randint(1, 4))
                collecting.stdin.flush()
            time.sleep(moments.random() * 0.02)
            collecting.send_signal(signal.SIGKILL)
            acknowledged += int(received_now or 0)
        collecting.communicate()
        killed += 1
        if collecting.returncode == 0:
            break
        assert collecting.returncode == -signal.SIGKILL
        with SqliteStore(path) as store:
            stats = store.stats()
            assert stats.received >= min(acknowledged, len(lines))
            assert stats.received == stats.stored + stats.repeated + sum(stats.refused.values())

    with SqliteStore(path, read_only=True) as store:
        stats = store.stats()
        kept = [text for _, texts in newest_first(store._open, 2**63 - 1) for text in texts]
        found = [store.records_of([f"order_id=o-{number}"]) for number in range(0, HOPS // 5, 97)]

    assert killed > 3
    assert sorted(kept) == sorted(lines)
    assert (stats.stored, stats.refused) == (len(lines), {"cut": 50})
    assert stats.received == stats.stored + stats.repeated + 50
    assert all(len(each.records) == 10 for each in found)
    if kind == "file":
        # Killed between the end of the file and its own: the next run reads the whole file again.
        assert stats.repeated % (len(lines) + 50) == 0
