"""The collector dies at random moments. The long version is `bench/killed.py --kills 100`."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from hopscope_stage import Stage

pytestmark = pytest.mark.stage

KILLED = Path(__file__).parents[3] / "bench" / "killed.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    found = importlib.util.spec_from_file_location("killed", KILLED)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["killed"] = module
    found.loader.exec_module(module)
    return module


def test_nothing_is_missing_or_double_however_often_it_is_killed(
    bench: ModuleType, emulator: Stage, tmp_path: Path
) -> None:
    """From a stream, a log group and a queue that are written all the while."""
    outcome = bench.killed(emulator, tmp_path, kills=3)

    assert outcome.written > 0
    assert outcome.stored_at_kills == sorted(outcome.stored_at_kills)
    assert (outcome.missing, outcome.double) == (0, 0)
    assert outcome.repeated_of_positions == 0, "a source did not resume where it stood"
    assert outcome.left_in_queue == 0
