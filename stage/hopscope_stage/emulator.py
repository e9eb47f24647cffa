"""Starts MiniStack on a free loopback port, in a process group and a folder of its own, and ends both."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hopscope_stage import bootstrap, keeper
from hopscope_stage.environment import emulator_python
from hopscope_stage.errors import EmulatorNotReady

READY_WITHIN_S = 60.0
"""It takes 0.4 s on an idle machine; a busy one may need many times that."""

STARTS = 3
"""Another process may take the free port before the emulator does."""

FOLDER_PREFIX = "hopscope-stage-"


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running MiniStack."""

    endpoint: str
    process_group: int
    """The emulator and every function it runs."""

    folder: Path
    """Everything it writes; gone when it ends."""

    keeper: "subprocess.Popen[str]"

    @property
    def log(self) -> Path:
        """What the emulator itself printed."""
        return self.folder / "emulator.log"

    def stop(self) -> None:
        """End the emulator, the functions and the folder. A second call does nothing."""
        if self.keeper.stdin and not self.keeper.stdin.closed:
            self.keeper.stdin.close()
        try:
            self.keeper.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.keeper.kill()
            self.keeper.wait()
        if self.keeper.stdout:
            self.keeper.stdout.close()
        # Only when the keeper itself was killed is anything left to do.
        keeper.kill_group(self.process_group)
        shutil.rmtree(self.folder, ignore_errors=True)


def start(report: Callable[[str], None]) -> Emulator:
    """A MiniStack that answers.

    Raises:
        EmulatorNotReady: with the end of what it printed.
        EnvironmentNotMade: it could not be installed.
    """
    python = emulator_python(report)
    for _ in range(STARTS - 1):
        try:
            return _start_once(python)
        except EmulatorNotReady as problem:
            if "already in use" not in str(problem):
                raise
    return _start_once(python)


def _start_once(python: Path) -> Emulator:
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    port = _free_port()
    try:
        emulator = _spawn(python, folder, port)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        _wait_until_ready(emulator, port)
    except BaseException:
        emulator.stop()
        raise
    return emulator


def _spawn(python: Path, folder: Path, port: int) -> Emulator:
    for name in ("tmp", "home"):
        (folder / name).mkdir()
    with (folder / "emulator.log").open("wb") as log:
        kept = subprocess.Popen(  # noqa: S603 - our own command line, no shell
            [sys.executable, "-I", "-S", keeper.__file__, str(folder), str(python), bootstrap.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment(python, folder, port),
            cwd=folder,
            text=True,
            # Ctrl-C goes to the owner alone, who ends us when it has finished.
            start_new_session=True,
        )
    assert kept.stdout is not None
    group = kept.stdout.readline()
    if not group.strip():
        kept.wait()
        raise EmulatorNotReady(f"the emulator's keeper did not start: {_end_of(folder / 'emulator.log')}")
    return Emulator(f"http://127.0.0.1:{port}", int(group), folder, kept)


def _environment(python: Path, folder: Path, port: int) -> Mapping[str, str]:
    """All that the emulator and its functions inherit: nothing of the person's shell, least of all AWS_*."""
    return {
        "PATH": f"{python.parent}{os.pathsep}{os.defpath}",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LANG": "C.UTF-8",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.3",
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(emulator: Emulator, port: int) -> None:
    give_up_s = time.monotonic() + READY_WITHIN_S
    while not _answers(port):
        if not keeper.is_group_alive(emulator.process_group):
            raise EmulatorNotReady(f"the emulator stopped while starting: {_end_of(emulator.log)}")
        if time.monotonic() > give_up_s:
            raise EmulatorNotReady(
                f"the emulator does not answer on port {port} after {READY_WITHIN_S:.0f} s: {_end_of(emulator.log)}"
            )
        time.sleep(0.02)


def _answers(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/_ministack/ready")
        return asked.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _end_of(log: Path) -> str:
    try:
        return log.read_text(errors="replace").strip()[-2000:] or "it printed nothing"
    except FileNotFoundError:
        return "it printed nothing that was kept"
