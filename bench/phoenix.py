"""Arize Phoenix as a peer: the same hops as spans over OTLP, until its server has stored them.

    python -m venv /tmp/phoenix && /tmp/phoenix/bin/pip install arize-phoenix
    python bench/ingest.py --phoenix /tmp/phoenix/bin/phoenix

Phoenix answers before it has stored, so the clock runs until its own database holds every span. CPU is that of its
process; spans are built and packed before the clock starts.
"""

import os
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from order_lines import lines_of_hops

from hopscope_wire.decode import record_of
from hopscope_wire.model import End

HOPS = 5_000
SPANS_AT_ONCE = 500
PORT, GRPC_PORT = 16_006, 14_317
START_S, STORED_S = 120.0, 300.0


def phoenix_cpu_us(program: Path) -> float:
    """CPU microseconds a hop of a Phoenix server that takes and stores the spans."""
    requests = list(_requests())
    with tempfile.TemporaryDirectory() as folder:
        told = {"PHOENIX_WORKING_DIR": folder, "PHOENIX_PORT": str(PORT), "PHOENIX_GRPC_PORT": str(GRPC_PORT),
                "PHOENIX_HOST": "127.0.0.1", "PHOENIX_TELEMETRY_ENABLED": "false"}  # fmt: skip
        with (Path(folder) / "log").open("w") as log:
            server = subprocess.Popen([program, "serve"], env={**os.environ, **told}, stdout=log, stderr=log)
            try:
                _until_it_answers(server)
                before_s = _cpu_s(server.pid)
                for body in requests:
                    _post(body)
                _until_stored(Path(folder) / "phoenix.db")
                return (_cpu_s(server.pid) - before_s) / HOPS * 1e6
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(30)


def _requests() -> Iterator[bytes]:
    ends = [found for found in map(record_of, lines_of_hops(HOPS)) if isinstance(found, End)]
    for start in range(0, len(ends), SPANS_AT_ONCE):
        request = ExportTraceServiceRequest()
        spans = request.resource_spans.add().scope_spans.add().spans
        for end in ends[start : start + SPANS_AT_ONCE]:
            span = spans.add(name=end.function, kind=5)
            span.trace_id, span.span_id = bytes.fromhex(end.trace_id), bytes.fromhex(end.invocation_id)
            span.start_time_unix_nano, span.end_time_unix_nano = end.start_us * 1_000, end.end_us * 1_000
            known = {"faas.invocation_id": end.request_id, "faas.name": end.function, "outcome": end.outcome}
            for name, value in known.items():
                span.attributes.add(key=name).value.string_value = value
        yield request.SerializeToString()


def _post(body: bytes) -> None:
    url, kind = f"http://127.0.0.1:{PORT}/v1/traces", {"Content-Type": "application/x-protobuf"}
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, kind), timeout=60):
                return
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503):
                raise
            time.sleep(0.2)


def _until_it_answers(server: "subprocess.Popen[bytes]") -> None:
    until_s = time.monotonic() + START_S
    while time.monotonic() < until_s and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("phoenix does not answer")


def _until_stored(database: Path) -> None:
    until_s, spans = time.monotonic() + STORED_S, 0
    while time.monotonic() < until_s:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            (spans,) = connection.execute("SELECT count(*) FROM spans").fetchone()
        connection.close()
        if spans >= HOPS:
            return
        time.sleep(0.5)
    raise SystemExit(f"phoenix stored {spans:,} of {HOPS:,} spans in {STORED_S:.0f} s")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
