"""Nothing outlives its owner, however the owner ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from hopscope_stage import keeper

FAMILY = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
SLEEP = FAMILY + "print('ready', file=sys.stderr, flush=True); time.sleep(600)"


def keep(folder: Path, program: str) -> "subprocess.Popen[str]":
    command = [sys.executable, keeper.__file__, str(folder), sys.executable, "-c", program]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "its-folder"
    made.mkdir()
    return made


def test_the_whole_family_and_the_folder_go_with_the_owner(folder, wait_until_gone):
    with keep(folder, SLEEP) as kept:
        group = int(kept.stdout.readline())
        assert kept.stderr.readline() == "ready\n"

        kept.stdin.close()

        kept.wait(timeout=60)
    wait_until_gone(group)
    assert not folder.exists()


def test_a_command_that_ends_by_itself_leaves_its_folder_to_be_read(folder):
    with keep(folder, "import sys; sys.exit(3)") as kept:
        group = int(kept.stdout.readline())
        while keeper.is_group_alive(group):
            pass
        assert folder.exists()

        kept.stdin.close()

        assert kept.wait(timeout=60) == 3
    assert not folder.exists()
