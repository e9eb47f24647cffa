"""Two hundred senders and fifty readers at once, while the collector is killed and started again.

    senders ──POST /v1/records──▶ hopscope collect --listen (killed, started, killed, …) ──▶ store
    readers ──GET /v1/flows, …──▶

A sender sends a batch again until it is acknowledged. In the end the store must hold every acknowledged record once;
what was refused must have been 429 or 503 with Retry-After; and a life's memory must not grow with what it took in.

    python bench/listen.py                          a minute, killed every ten seconds
    python bench/listen.py --seconds 4 --senders 20 --readers 5 --kill-every 2
"""

import argparse
import asyncio
import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hopscope_collector.store.location import open_to_read
from hopscope_wire.encode import line_of

BATCH_RECORDS = 10
LONGEST_PAUSE_S = 2.0
ANSWERED_WITHIN_S = 30.0
PAGE_BYTES = 4096
READ = (
    "/v1/flows?limit=20",
    "/v1/stats",
    "/v1/flows/{id}",
    "/v1/changes?since=1",
    "/v1/flows?limit=5&filter=fn:sender-1*",
)


@dataclass(slots=True)
class Seen:
    """What the clients saw."""

    acknowledged: set[str] = field(default_factory=set)
    """Invocation ids."""

    statuses: Counter[int] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    """Answers that should not be, by what is odd about them."""

    lost_connections: int = 0
    sent_ms: list[float] = field(default_factory=list)
    read_ms: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Life:
    """One process of the collector, from its start to its end."""

    process: subprocess.Popen[bytes]
    began_s: float
    rss_mib: list[float] = field(default_factory=list)
    """Every half second since it answered."""


class Answer:
    """Status, headers and body of one answer."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


class Connection:
    """As much of HTTP/1.1 as is needed: a client library would take the processor from the collector."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        """The answer; raises OSError or EOFError when the other side goes away."""
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            if self._writer is None or self._reader is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
            head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
            self._writer.write(head.encode() + body)
            await self._writer.drain()
            raw = await self._reader.readuntil(b"\r\n\r\n")
            first, *lines = raw.decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
            }
            content = await self._reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        return Answer(int(first.split(" ")[1]), headers, content)

    def close(self) -> None:
        """Let go, whatever state it is in."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


class Load:
    """Everything that runs at once."""

    def __init__(self, asked: argparse.Namespace, folder: Path) -> None:
        self.asked = asked
        self.seen = Seen()
        self.lives: list[Life] = []
        self.port = free_port()
        self.url = f"sqlite:///{folder / 'listen.db'}"
        self.is_over = False

    async def run(self) -> None:
        """Senders, readers and the killer, for so many seconds."""
        await self._begin()
        tasks = [asyncio.create_task(self._send(n)) for n in range(self.asked.senders)]
        tasks += [asyncio.create_task(self._read(n)) for n in range(self.asked.readers)]
        tasks.append(asyncio.create_task(self._watch()))
        until_s = time.monotonic() + self.asked.seconds
        while (left_s := until_s - time.monotonic()) > 0:
            await asyncio.sleep(min(left_s, self.asked.kill_every * random.uniform(0.8, 1.2)))
            if time.monotonic() < until_s:
                self.lives[-1].process.kill()
                self.lives[-1].process.wait()
                await self._begin()
        self.is_over = True
        await asyncio.gather(*tasks)
        self.lives[-1].process.send_signal(signal.SIGINT)
        self.lives[-1].process.wait(30)

    async def _begin(self) -> None:
        command = [sys.executable, "-m", "hopscope_tui", "collect", "--listen", f"127.0.0.1:{self.port}"]
        process = subprocess.Popen([*command, "--store", self.url], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.lives.append(Life(process, time.monotonic()))
        while True:
            connection = Connection(self.port)
            with suppress(OSError, EOFError):
                if (await connection.ask("GET", "/v1/health")).status == 200:
                    return
            if process.poll() is not None:
                raise SystemExit(f"the collector did not start: {process.stderr and process.stderr.read().decode()}")
            await asyncio.sleep(0.05)

    async def _send(self, sender: int) -> None:
        connection, number = Connection(self.port), 0
        while not self.is_over:
            ids = [f"{sender:04x}{number + each:08x}0000" for each in range(BATCH_RECORDS)]
            number += BATCH_RECORDS
            body = "\n".join(a_line(each, f"sender-{sender}") for each in ids).encode()
            while not await self._is_taken(connection, body):
                if self.is_over:
                    return
            self.seen.acknowledged.update(ids)
        connection.close()

    async def _is_taken(self, connection: Connection, body: bytes) -> bool:
        began_s = time.monotonic()
        answer = await self._ask(connection, "POST", "/v1/records", body)
        if answer is None or answer.status != 200:
            return False
        self.seen.sent_ms.append((time.monotonic() - began_s) * 1e3)
        taken = json.loads(answer.body)
        if taken["stored"] + taken["repeated"] != BATCH_RECORDS:
            self.seen.odd[f"acknowledged as {taken}"] += 1
        return True

    async def _read(self, reader: int) -> None:
        connection = Connection(self.port)
        while not self.is_over:
            path = random.choice(READ).replace("{id}", f"{random.randrange(self.asked.senders):04x}000000000000")
            began_s = time.monotonic()
            answer = await self._ask(connection, "GET", path, b"")
            if answer is not None and answer.status == 200:
                self.seen.read_ms.append((time.monotonic() - began_s) * 1e3)
            await asyncio.sleep(0.1 + 0.001 * reader)  # a person's screen asks a few times a second
        connection.close()

    async def _ask(self, connection: Connection, method: str, path: str, body: bytes) -> Answer | None:
        """The answer, after the pause that it asks for. None when the connection was lost."""
        try:
            answer = await connection.ask(method, path, body)
        except (OSError, EOFError):  # a timeout among them
            self.seen.lost_connections += 1
            connection.close()
            await asyncio.sleep(random.uniform(0.05, 0.3))
            return None
        self.seen.statuses[answer.status] += 1
        if answer.status in (429, 503):
            if not answer.headers.get("retry-after", "").isdigit():
                self.seen.odd[f"{answer.status} without Retry-After"] += 1
            await asyncio.sleep(
                min(LONGEST_PAUSE_S, float(answer.headers.get("retry-after", 1))) * random.uniform(0.5, 1)
            )
        elif answer.status not in (200, 404):
            self.seen.odd[f"{answer.status} {answer.body[:120]!r}"] += 1
        return answer

    async def _watch(self) -> None:
        while not self.is_over:
            with suppress(OSError, ValueError):
                pages = int(Path(f"/proc/{self.lives[-1].process.pid}/statm").read_text().split()[1])
                self.lives[-1].rss_mib.append(pages * PAGE_BYTES / 2**20)
            await asyncio.sleep(0.5)


def a_line(invocation_id: str, function: str) -> str:
    """A begin with a trace of its own."""
    return line_of(
        {
            "record": "begin",
            "traceId": f"{invocation_id}{invocation_id}",
            "invocationId": invocation_id,
            "requestId": f"r-{invocation_id}",
            "function": function,
            "startUs": 1_790_000_000_000_000 + int(invocation_id[:12], 16) % 1_000_000_000,
        }
    )


def free_port() -> int:
    """One that nobody listens at right now."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def stored_in(url: str) -> Counter[str]:
    """How often each invocation is in the store."""
    found: Counter[str] = Counter()
    with open_to_read(url) as store:
        last = None
        while page := store.newest(5_000, last):
            found.update(each.invocation_id for each in page)
            last = page[-1]
        kept = store.stats().kept
    found["records that are not an invocation of their own"] = kept - found.total()
    return found


def report(load: Load) -> list[str]:
    """Prints the figures; gives what is wrong."""
    seen, stored = load.seen, stored_in(load.url)
    extra = stored.pop("records that are not an invocation of their own")
    missing = seen.acknowledged - stored.keys()
    double = [each for each, times in stored.items() if times > 1]
    seconds = load.asked.seconds
    print(f"{load.asked.senders} senders, {load.asked.readers} readers, {seconds} s, {len(load.lives) - 1} kills")
    per_s = len(seen.acknowledged) / seconds
    print(f"acknowledged   {len(seen.acknowledged):>9,} records, {per_s:,.0f}/s; stored {len(stored):,}")
    print(f"missing        {len(missing):>9,}   double {len(double) + max(0, extra):,}")
    print(f"answers        {dict(sorted(seen.statuses.items()))}, {seen.lost_connections} lost connections")
    print(f"a send took    {percentiles(seen.sent_ms)}")
    print(f"a query took   {percentiles(seen.read_ms)}")
    for number, life in enumerate(load.lives, 1):
        if life.rss_mib:
            third = max(1, len(life.rss_mib) // 3)
            early, late = max(life.rss_mib[:third]), max(life.rss_mib[-third:])
            print(f"life {number:<2} memory {early:>6.0f} MiB in its first third, {late:.0f} in its last")
    wrong = [f"{times} × {what}" for what, times in seen.odd.items()]
    wrong += [f"{len(missing)} acknowledged records are missing"] if missing else []
    wrong += [f"{len(double)} records are double"] if double or extra else []
    return wrong + (["nothing was acknowledged"] if not seen.acknowledged else [])


def percentiles(times_ms: list[float]) -> str:
    """p50, p95 and p99 in words."""
    if not times_ms:
        return "-"
    ascending = sorted(times_ms)
    p50, p95, p99 = (ascending[min(len(ascending) - 1, len(ascending) * each // 100)] for each in (50, 95, 99))
    return f"{p50:,.0f} ms (p50), {p95:,.0f} (p95), {p99:,.0f} (p99), of {len(ascending):,}"


def main() -> None:
    """Run, print, and end with 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--senders", type=int, default=200)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--kill-every", type=float, default=10.0, metavar="SECONDS")
    with tempfile.TemporaryDirectory(prefix="hopscope-listen-") as folder:
        load = Load(parser.parse_args(), Path(folder))
        try:
            asyncio.run(load.run())
        finally:
            for life in load.lives:
                life.process.kill()
                life.process.wait()
        wrong = report(load)
    for each in wrong:
        print(f"WRONG: {each}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
