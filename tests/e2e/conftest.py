"""The stage for the end-to-end tests: a real emulator, real functions, the real layer."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def layer_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer as `make layer` builds it, from the sources as they are now."""
    made = tmp_path_factory.mktemp("layer") / "layer.zip"
    subprocess.run([sys.executable, ROOT / "lambda_layer/packaging/build_zip.py", made], check=True)
    return made
