"""Where the repository is, and which files of it are source."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEMBERS = ("wire", "lambda_layer", "collector", "tui", "stage")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[Path]:
    """Every Python file that ships, the examples and the benchmarks included; not the tests."""
    folders = [ROOT / name for name in (*MEMBERS, "examples", "bench")]
    found = (path for folder in folders for path in folder.rglob("*.py"))
    return sorted(path for path in found if not {".venv", "build", "__pycache__"} & set(path.parts))
