"""Runs a command that must not outlive its owner, then removes its folder.

    python keeper.py FOLDER COMMAND…

The owner holds the other end of our standard input. When that closes, because the owner asked, was interrupted
or was killed, everything the command started is killed and FOLDER is gone. The process id of the command is our
first line of output. Standard library only: it runs as a script, in whatever interpreter there is.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading

PR_SET_CHILD_SUBREAPER = 36
"""From linux/prctl.h: orphans below us become our children, so that none of them stays as a zombie."""


def main(folder: str, command: list[str]) -> int:
    """Run the command until it ends or the owner goes away; the command's exit code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    kept = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603 - our owner's command
    print(kept.pid, flush=True)  # noqa: T201 - the owner reads it
    owner = threading.Thread(target=_kill_when_the_owner_is_gone, args=(kept.pid,))
    owner.start()
    code = kept.wait()
    kill_group(kept.pid)
    _reap_orphans()
    # The owner may still want to read what the command wrote.
    owner.join()
    shutil.rmtree(folder, ignore_errors=True)
    return code


def is_group_alive(group: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def kill_group(group: int) -> None:
    """Kill every process of the group; none left is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _kill_when_the_owner_is_gone(group: int) -> None:
    while sys.stdin.buffer.read(1):
        pass
    kill_group(group)


def _reap_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
