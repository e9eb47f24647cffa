"""The emulator's own Python environment: made once, kept between runs.

Functions run in the emulator's interpreter, so what is installed there is what they can import. It must hold
what Lambda's Python runtime holds and nothing of ours: the layer arrives as a zip or not at all.

An environment is made beside its final place and renamed, so that a second process never sees half of one;
when two make it at once, the later one throws its own away.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import platformdirs

from hopscope_stage.errors import EnvironmentNotMade

REQUIREMENTS = "emulator-requirements.txt"
"""Every package with its version and hashes, beside this module."""

HOME_VARIABLE = "HOPSCOPE_STAGE_HOME"


def home() -> Path:
    """Where environments are kept: `HOPSCOPE_STAGE_HOME`, else the platform's cache folder."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("hopscope") / "stage"


def emulator_python(report: Callable[[str], None]) -> Path:
    """The interpreter that holds the emulator; the first call installs it.

    Args:
        report: told what is being done, when something is.

    Raises:
        EnvironmentNotMade: with what the installer said.
    """
    requirements = files("hopscope_stage").joinpath(REQUIREMENTS).read_bytes()
    environment = home() / environment_name(requirements)
    python = environment / "bin" / "python"
    if not python.exists():
        started_s = time.monotonic()
        report(f"installing the emulator into {environment} (once; about 75 MB)")
        _make(environment, requirements)
        report(f"the emulator is installed after {time.monotonic() - started_s:.1f} s")
    return python


def environment_name(requirements: bytes) -> str:
    """One name for each set of requirements and interpreter."""
    interpreter = f"{sys.implementation.cache_tag} {os.path.realpath(sys.executable)}"
    digest = hashlib.sha256(requirements + interpreter.encode()).hexdigest()
    return f"{sys.implementation.cache_tag}-{digest[:12]}"


def _make(environment: Path, requirements: bytes) -> None:
    environment.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=environment.parent) as folder:
        listed = Path(folder) / REQUIREMENTS
        listed.write_bytes(requirements)
        made = Path(folder) / "environment"
        for command in _install_commands(made, listed):
            _run(command, folder)
        try:
            made.rename(environment)
        except OSError:
            if not environment.exists():
                raise


def _install_commands(environment: Path, requirements: Path) -> list[list[str]]:
    """With uv when there is one (3 s), else with the standard library's venv and pip (30 s)."""
    python = str(environment / "bin" / "python")
    pinned = ["--require-hashes", "-r", str(requirements)]
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv:
        return [
            [uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, str(environment)],
            [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *pinned],
        ]
    return [
        [sys.executable, "-m", "venv", str(environment)],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pinned],
    ]


def _run(command: list[str], folder: str) -> None:
    # The caller's own virtual environment and project settings must not reach the installer.
    inherited = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    done = subprocess.run(  # noqa: S603 - our own command line, no shell
        command, cwd=folder, env=inherited, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise EnvironmentNotMade(
            f"cannot install the emulator: {' '.join(command)} ended with {done.returncode}: "
            f"{(done.stderr or done.stdout).strip()[-2000:]}; it needs a Python package index, or {HOME_VARIABLE} "
            "pointing at a folder where it is already installed"
        )
