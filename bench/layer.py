"""What the layer costs, beside other tracers in one run: cold start, warm invocations, memory, size.

    HOPSCOPE_PEERBENCH=/path/to/peerbench python bench/layer.py [--peers xray,otel] [--quick] [--write]

peerbench runs a function in the real runtime client, with each tracer in an environment of its own, in interleaved
rounds. It is copied to `--scratch` first, with an adapter for the layer from a fresh zip. Every figure is what a tracer
adds to the same function without one. Warm invocations are measured in several generations of fresh processes: where
the memory of one process happens to lie is worth 30 µs of three AWS calls, one way or the other.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ADAPTER = ROOT / "bench" / "peerbench_adapter" / "hopscope.py"
BUILD = ROOT / "lambda_layer" / "packaging" / "build_zip.py"
US = "hopscope"
PAGES = (ROOT / "README.md", ROOT / "docs" / "layer.md")
QUICK = {"cold": 2, "generations": 1, "rounds": 1, "calls": 10}
TARGETS = {
    "cold start, ms": 3.0,
    "empty handler, 1 record, µs": 45.0,
    "3 AWS calls, 1 record, µs": 120.0,
    "memory, MiB": 1.0,
    "zip, KB": 60.0,
}


def main() -> None:
    """The command."""
    arguments = _arguments()
    if not arguments.peerbench:
        print("bench/layer.py: HOPSCOPE_PEERBENCH names no folder with peerbench; nothing measured")
        return
    scratch = Path(arguments.scratch)
    opt = _prepared(Path(arguments.peerbench), scratch)
    peers = ["none", *arguments.peers.split(","), US]
    environment = {**os.environ, "HOPSCOPE_OPT": str(opt)}
    counts = ["--cold-n", str(arguments.cold), "--warm-rounds", str(arguments.rounds)]
    counts += ["--warm-n", str(arguments.calls), "--noop-n", str(arguments.calls)]
    warm: list[Any] = []
    for step in ("setup", "cold", *["warm"] * arguments.generations, "sizes"):
        print(f"bench/layer.py: {step}", flush=True)
        command = [sys.executable, "bench.py", step, "--peers", ",".join(peers), *counts]
        subprocess.run(command, cwd=scratch, env=environment, check=True, stdout=subprocess.DEVNULL)
        if step == "warm":
            warm.append(json.loads((scratch / "results" / "warm.json").read_text()))
    zip_bytes = (scratch / "layer.zip").stat().st_size
    found = table(_rows(scratch / "results", warm, peers[1:], zip_bytes))
    print(found)
    if arguments.write:
        for page in PAGES:
            page.write_text(with_table(page.read_text(), found))
            print(f"bench/layer.py: wrote the table into {page.relative_to(ROOT)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="measure the layer beside other tracers")
    parser.add_argument("--peerbench", default=os.environ.get("HOPSCOPE_PEERBENCH"), help="folder of peerbench")
    parser.add_argument("--scratch", default=str(ROOT / ".cache" / "peerbench"), help="where it is copied to and runs")
    parser.add_argument("--peers", default="xray,powertools_logger,otel")
    parser.add_argument("--cold", type=int, default=15, help="fresh processes a peer")
    parser.add_argument("--generations", type=int, default=5, help="sets of fresh processes")
    parser.add_argument("--rounds", type=int, default=2, help="interleaved rounds a variant in each of them")
    parser.add_argument("--calls", type=int, default=100, help="invocations a round")
    parser.add_argument("--quick", action="store_true", help="the least of everything: does it run at all")
    parser.add_argument("--write", action="store_true", help="put the table into README.md and docs/layer.md")
    arguments = parser.parse_args()
    if arguments.quick:
        vars(arguments).update(QUICK)
    return arguments


def _prepared(peerbench: Path, scratch: Path) -> Path:
    """Copies peerbench once, with our adapter, and unpacks a fresh layer; the unpacked folder."""
    if not (scratch / "bench.py").exists():
        shutil.copytree(peerbench, scratch, dirs_exist_ok=True)
        for path in scratch.rglob("*"):
            path.chmod(path.stat().st_mode | 0o200)
        subprocess.run(["sh", "certs.sh"], cwd=scratch, check=True, capture_output=True)
    shutil.copy(ADAPTER, scratch / "adapters" / ADAPTER.name)
    opt = scratch / "opt"
    shutil.rmtree(opt, ignore_errors=True)
    subprocess.run([sys.executable, str(BUILD), str(scratch / "layer.zip")], check=True, capture_output=True)
    with zipfile.ZipFile(scratch / "layer.zip") as archive:
        archive.extractall(opt)
    return opt


def _rows(results: Path, warm: list[Any], names: list[str], zip_bytes: int) -> dict[str, dict[str, float]]:
    """What each tracer adds, by measure and name, to the same function without one.

    CPU time of the least disturbed part of all runs: the machine is shared, and what others do only ever adds.
    """
    cold = json.loads((results / "cold.json").read_text())["rounds"]
    sizes = json.loads((results / "sizes.json").read_text())
    rows: dict[str, dict[str, float]] = {}
    for name in names:
        row = {
            "cold start, ms": _added_ms(cold, name, "first_end_cpu"),
        }
        for label, variant in (
            ("empty handler, 1 record, µs", "noop1"),
            ("empty handler, 10 records, µs", "noop10"),
            ("3 AWS calls, 1 record, µs", "aws1"),
            ("3 AWS calls, 10 records, µs", "aws10"),
        ):
            row[label] = _added_us(warm, name, variant, "cpu")
        row["memory, MiB"] = (_peak_kib(warm, name) - _peak_kib(warm, "none")) / 1024
        row["zip, KB"] = (zip_bytes if name == US else sizes[name]["zipped"]) / 1024
        rows[name] = row
    return rows


def _least(values: Iterable[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[int(len(ordered) * share)]


def _added_ms(cold: Any, name: str, clock: str) -> float:
    """Between the quickest quarters: there are few fresh processes."""
    quickest = [_least((each[who][clock] for each in cold if who in each), 0.25) for who in (name, "none")]
    return (quickest[0] - quickest[1]) / 1e6


def _added_us(warm: list[Any], name: str, variant: str, clock: str) -> float:
    """Between the quickest tenths of a generation's invocations, and of those the middle one."""
    quickest = [
        median(_least((each for one in run[who]["variants"][variant] for each in one[clock]), 0.1) for run in warm)
        for who in (name, "none")
    ]
    return (quickest[0] - quickest[1]) / 1000


def _peak_kib(warm: list[Any], name: str) -> float:
    return median([float(run[name]["variants"]["aws1"][-1]["mem"]["VmHWM"]) for run in warm])


def table(rows: dict[str, dict[str, float]]) -> str:
    """A Markdown table: one line a measure, one column a tracer, each peer with its ratio to the layer."""
    names = [US, *[name for name in rows if name != US]]
    lines = ["| added by | " + " | ".join(names) + " | target |", "|---" * (len(names) + 2) + "|"]
    for measure, ours in rows[US].items():
        digits = 0 if measure.endswith(("µs", "KB")) else 1
        cells = [_figure(ours, digits)]
        for name in names[1:]:
            shown = _figure(rows[name][measure], digits)
            ratio = rows[name][measure] / ours if ours > 0 and shown.strip("0.") else 0.0
            cells.append(shown + (f" (× {_figure(ratio, 0 if ratio >= 10 else 1)})" if ratio else ""))
        target = TARGETS.get(measure)
        lines.append(f"| {measure} | " + " | ".join(cells) + (f" | ≤ {target:g} |" if target else " | |"))
    return "\n".join(lines)


def _figure(value: float, digits: int) -> str:
    """A number for people; a tracer cannot give time back, so less than nothing is the noise around nothing."""
    return f"{max(value, 0.0):,.{digits}f}"


def with_table(page: str, found: str) -> str:
    """The page with the new table where the old one was: the lines from its head to the first that is no row."""
    head, row = found.split(" | ", 1)[0], r"(?:^\|.*\n)+"
    new, count = re.subn(rf"^{re.escape(head)} \|.*\n{row}", lambda _: found + "\n", page, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"the page has {count} tables that begin with {head!r}; expected one")
    return new


if __name__ == "__main__":
    main()
