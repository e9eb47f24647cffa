"""Builds the collector as a Lambda function's zip: `python function_zip.py --python 3.13 --architecture arm64`.

    hopscope_collector/ hopscope_wire/     ours
    msgspec/ aws_lambda_powertools/ …      the locked versions of what pyproject.toml names, wheels for Lambda

boto3 and what it needs are left out: the runtime brings them. The zip's name says what it is for,
`dist/collector-arm64-python3.13.zip`. The same sources and lock give the same bytes: entries are sorted, times fixed.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = (ROOT / "collector" / "hopscope_collector", ROOT / "wire" / "hopscope_wire")
PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}

RUNTIME_BRINGS = ("boto3", "botocore", "s3transfer", "python-dateutil", "six", "urllib3")
LEFT_OUT = ("__pycache__", "tests", "bin", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
FOR_OTHER_PYTHONS = ("_cffi.", "backend_cffi.")
"""The half of zstandard that PyPy needs: 12 MB."""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name."""


def main() -> None:
    """Build it, and say how large it is."""
    parser = argparse.ArgumentParser(description="Build the collector's zip for Lambda.")
    parser.add_argument("--python", default="3.13")
    parser.add_argument("--architecture", choices=PLATFORMS, default="arm64")
    parser.add_argument("--folder", type=Path, default=ROOT / "dist")
    given = parser.parse_args()
    target = given.folder / f"collector-{given.architecture}-python{given.python}.zip"
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder), given.python, PLATFORMS[given.architecture])
        for package in OURS:
            shutil.copytree(package, Path(folder) / package.name, ignore=shutil.ignore_patterns("__pycache__"))
        target.parent.mkdir(parents=True, exist_ok=True)
        write(Path(folder), target)
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")  # noqa: T201 - a script says what it made


def install(folder: Path, python: str, platform: str) -> None:
    """The locked wheels for Lambda, into a folder."""
    uv = uv_command()
    brought = [word for name in RUNTIME_BRINGS for word in ("--no-emit-package", name)]
    exported = [uv, "export", "--frozen", "--no-dev", "--no-emit-workspace", "--package", "hopscope-collector"]
    listed = folder / "requirements.txt"
    listed.write_text(run([*exported, "--extra", "lambda", *brought]))
    installed = [uv, "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    wheels = ["--python-platform", platform, "--python-version", python, "--target", str(folder)]
    run([*installed, *wheels, "-r", str(listed)])
    listed.unlink()


def uv_command() -> str:
    """The uv of `make setup`, else the one of the person."""
    own = ROOT / ".cache" / "uv" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise SystemExit("uv is not there; run `make setup` first, or install uv")
    return found


def run(command: list[str]) -> str:
    """What the command printed; ends the program with what it complained of."""
    ran = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)  # noqa: S603 - our own command line, no shell
    if ran.returncode != 0:
        raise SystemExit(f"{' '.join(command[:3])} failed: {ran.stderr.strip()[-1_500:]}")
    return ran.stdout


def write(folder: Path, target: Path) -> None:
    """The folder's files as a zip that is the same each time; complete before it has its name."""
    unfinished = target.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for path in sorted(files_of(folder)):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            out.writestr(entry, path.read_bytes())
    unfinished.replace(target)


def files_of(folder: Path) -> Iterable[Path]:
    """What a function can need of an installation."""
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        is_left_out = any(part in LEFT_OUT for part in parts) or path.suffix in (".pyi", ".pyc", ".lock")
        if path.is_file() and not is_left_out and not path.name.startswith(FOR_OTHER_PYTHONS):
            yield path


if __name__ == "__main__":
    main()
