"""What every test shares: how hard hypothesis looks, and where the recordings are.

Only `thorough` looks elsewhere every time: what a change is held to does not depend on luck.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("few", PATIENT, max_examples=10, derandomize=True)
settings.register_profile("quick", PATIENT, max_examples=60, derandomize=True)
settings.register_profile("thorough", PATIENT, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded AWS payloads; a test that needs it is skipped without."""
    folder = os.environ.get("HOPSCOPE_CORPUS")
    if not folder:
        pytest.skip("HOPSCOPE_CORPUS is not set: the recorded AWS payloads are not part of this repository")
    return Path(folder)


@pytest.fixture(autouse=True)
def _nothing_of_the_person_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents tests that pass or fail by what the person's shell has set."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "HOPSCOPE_", "_X_AMZN", "POWERTOOLS_")) and name not in KEPT:
            monkeypatch.delenv(name)


KEPT = {"HOPSCOPE_CORPUS", "HOPSCOPE_STAGE_HOME", "AWS_CA_BUNDLE"}
