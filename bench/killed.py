"""Kills the collector at random moments, again and again, and looks for what is missing or double.

    feeder ──▶ stream, log group, queue ──▶ hopscope collect (killed, killed, killed, …, runs to its end) ──▶ store

The feeder writes all the while; the collector writes small batches, so that a kill finds it in every state. In the
end the store must hold every line once; of the stream and the group nothing may have been read twice into it, because
their positions are durable with their lines; and the queue must be empty.

    python bench/killed.py --kills 100
"""

import argparse
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hopscope_collector.errors import StoreMissing
from hopscope_collector.store.location import open_to_read
from hopscope_stage import Stage
from hopscope_wire.encode import line_of

COLLECT = (
    "import hopscope_collector.ingest as ingest; ingest.BATCH_RECORDS, ingest.BATCH_S = 40, 0.02; "
    "from hopscope_tui.cli import main; main()"
)
"""The command as it is, but with small batches."""

LONGEST_LIFE_S = 0.4
"""After the first line that a life stored, or, in one of four lives, after its start."""

BEGUN_WITHIN_S = 20.0
LINES_AT_ONCE = 10
VISIBILITY_S = 2
"""How long a message is hidden that a killed collector had received."""

PAUSE_S = 0.05


@dataclass(slots=True)
class Outcome:
    """What was found in the end."""

    kills: int = 0
    written: int = 0
    """Lines that the feeder wrote, over all sources."""

    missing: int = 0
    double: int = 0
    repeated_of_positions: int = 0
    """Lines of stream and group that came to the store a second time."""

    repeated_of_queue: int = 0
    """Lines of the queue that were stored and not yet deleted when the collector died."""

    left_in_queue: int = 0
    stored_at_kills: list[int] = field(default_factory=list)
    """Records in the store of stream and group after each kill: it only grows."""


class Feeder:
    """Writes record lines to a stream, a log group and a queue until it is told to stop."""

    def __init__(self, client: Callable[[str], Any], name: str) -> None:
        self._kinesis, self._logs, self._sqs = client("kinesis"), client("logs"), client("sqs")
        self.name = name
        self.group = f"/aws/lambda/{name}"
        self._numbers = itertools.count(1)
        self._is_over = threading.Event()
        self.to_positions: list[str] = []
        self.to_queue: list[str] = []
        self._kinesis.create_stream(StreamName=name, ShardCount=2)
        self._logs.create_log_group(logGroupName=self.group)
        self._logs.create_log_stream(logGroupName=self.group, logStreamName="s")
        attributes = {"VisibilityTimeout": str(VISIBILITY_S)}
        self.queue_url: str = self._sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    @contextmanager
    def feeding(self) -> Iterator[None]:
        """Writes while the body runs."""
        thread = threading.Thread(target=self._feed)
        thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            thread.join()

    def _feed(self) -> None:
        while not self._is_over.wait(PAUSE_S):
            lines = [self._line() for _ in range(LINES_AT_ONCE)]
            data = "\n".join(lines).encode()
            self._kinesis.put_record(StreamName=self.name, PartitionKey=uuid.uuid4().hex, Data=data)
            self.to_positions += lines
            logged = [self._line() for _ in range(LINES_AT_ONCE)]
            events: Any = [{"timestamp": time.time_ns() // 1_000_000, "message": line} for line in logged]
            self._logs.put_log_events(logGroupName=self.group, logStreamName="s", logEvents=events)
            self.to_positions += logged
            queued = [self._line() for _ in range(LINES_AT_ONCE)]
            self._sqs.send_message(QueueUrl=self.queue_url, MessageBody="\n".join(queued))
            self.to_queue += queued

    def _line(self) -> str:
        number = next(self._numbers)
        return line_of(
            {
                "record": "begin",
                "traceId": f"{number:032x}",
                "invocationId": f"{number:012x}0000",
                "requestId": f"request-{number}",
                "function": self.name,
                "startUs": 1_790_000_000_000_000 + number,
                "messages": [],
            }
        )

    def left_in_queue(self) -> int:
        """Messages that are waiting, and those that are hidden."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self._sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["All"])["Attributes"]
        return sum(int(counts[each]) for each in names)


def killed(stage: Stage, folder: Path, kills: int, seed: int = 1) -> Outcome:
    """Feed, kill so often, let it come to its end, and look."""
    feeder = Feeder(stage.client, f"killed-{uuid.uuid4().hex[:8]}")
    of_positions = folder / "positions.db", [f"kinesis:{feeder.name}", f"logs:{feeder.group}"]
    of_queue = folder / "queue.db", [f"sqs:{feeder.queue_url}"]
    moments = random.Random(seed)
    outcome = Outcome(kills=kills)
    with feeder.feeding():
        for _ in range(kills):
            children = [_started(stage, *each) for each in (of_positions, of_queue)]
            if moments.random() < 0.75:
                _wait_until_more(of_positions[0])
            time.sleep(moments.uniform(0.0, LONGEST_LIFE_S))
            for child in children:
                child.send_signal(signal.SIGKILL)
                child.wait()
            outcome.stored_at_kills.append(_kept(of_positions[0]))
    _run_to_the_end(stage, of_positions)
    while feeder.left_in_queue():
        _run_to_the_end(stage, of_queue)
    for (path, _), lines in ((of_positions, feeder.to_positions), (of_queue, feeder.to_queue)):
        missing, double = _compared(path, lines)
        outcome.missing += missing
        outcome.double += double
        outcome.written += len(lines)
    outcome.repeated_of_positions = _repeated(of_positions[0])
    outcome.repeated_of_queue = _repeated(of_queue[0])
    outcome.left_in_queue = feeder.left_in_queue()
    return outcome


def _started(stage: Stage, path: Path, sources: list[str], *more: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", COLLECT, "collect", *sources, "--store", f"sqlite:///{path}", *more]
    log = path.with_suffix(".log").open("ab")
    return subprocess.Popen(command, env=_environment(stage), stdout=log, stderr=log)


def _run_to_the_end(stage: Stage, where: tuple[Path, list[str]]) -> None:
    code = _started(stage, *where, "--once").wait(timeout=120)
    if code:
        raise SystemExit(f"collect ended with {code}: {where[0].with_suffix('.log').read_text()[-2000:]}")


def _environment(stage: Stage) -> Mapping[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": stage.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _kept(path: Path) -> int:
    try:
        with open_to_read(f"sqlite:///{path}") as store:
            return store.stats().kept
    except StoreMissing:
        return 0


def _wait_until_more(path: Path) -> None:
    """Until something was stored, so that a kill meets work."""
    before, give_up_s = _kept(path), time.monotonic() + BEGUN_WITHIN_S
    while _kept(path) == before and time.monotonic() < give_up_s:
        time.sleep(0.01)


def _repeated(path: Path) -> int:
    with open_to_read(f"sqlite:///{path}") as store:
        return store.stats().repeated


def _compared(path: Path, lines: list[str]) -> tuple[int, int]:
    """How many lines are missing in the store, and how many records it has too many."""
    with open_to_read(f"sqlite:///{path}") as store:
        kept = store.stats().kept
        found = {each.invocation_id for each in store.newest(len(lines) + 1)}
    wanted = {json.loads(line)["invocationId"] for line in lines}
    return len(wanted - found), kept - len(wanted & found)


def main() -> None:
    """Kill, look, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with Stage.start(attach="none") as stage, tempfile.TemporaryDirectory() as folder:
        outcome = killed(stage, Path(folder), wanted.kills, wanted.seed)
    print(f"killed                             {outcome.kills:>9,} times, with {outcome.stored_at_kills} stored")
    print(f"lines written to the sources       {outcome.written:>9,}")
    print(f"missing in the store               {outcome.missing:>9,}")
    print(f"double in the store                {outcome.double:>9,}")
    print(f"read again, stream and log group   {outcome.repeated_of_positions:>9,}")
    print(f"read again, queue                  {outcome.repeated_of_queue:>9,}")
    print(f"left in the queue                  {outcome.left_in_queue:>9,}")
    if outcome.missing or outcome.double or outcome.repeated_of_positions or outcome.left_in_queue:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
