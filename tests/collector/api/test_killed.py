"""The collector dies while it is sent to and asked. The long version is `bench/listen.py`."""

import subprocess
import sys
from pathlib import Path

LISTEN = Path(__file__).parents[3] / "bench" / "listen.py"


def test_what_was_acknowledged_is_there_once_however_often_it_is_killed() -> None:
    few = ["--seconds", "5", "--senders", "20", "--readers", "5", "--kill-every", "1.5"]

    ran = subprocess.run([sys.executable, LISTEN, *few], capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    assert "missing                0   double 0" in ran.stdout
