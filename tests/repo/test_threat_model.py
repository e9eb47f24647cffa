"""A promise in the threat model is kept by a test that exists."""

import re
from pathlib import Path


def test_every_test_that_the_threat_model_names_exists(root: Path) -> None:
    promised = set(re.findall(r"`(test_\w+)`", (root / "docs/threat_model.md").read_text()))
    written = {
        name for path in root.glob("tests/**/test_*.py") for name in re.findall(r"def (test_\w+)\(", path.read_text())
    }

    assert len(promised) > 30
    assert sorted(promised - written) == []


def test_every_test_of_the_intruder_s_list_keeps_a_promise(root: Path) -> None:
    listed = re.findall(r"def (test_\w+)\(", (root / "tests/collector/api/test_intruders.py").read_text())
    page = (root / "docs/threat_model.md").read_text()

    assert [name for name in listed if f"`{name}`" not in page] == ["test_zlib_stops_where_it_is_told"]
