"""What the plugin changes in a compiled template, by both frameworks: exactly what the snapshot says, and nothing else.

A snapshot is the difference between the service packaged without the plugin and with it. It is the same file for
both frameworks. `UPDATE_SNAPSHOTS=1 make test ARGS=tests/plugin` writes them; read what changed before you commit.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("plugin")

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NAMES = [*sorted(path.name for path in (HERE / "services").iterdir() if path.is_dir()), "food_order"]
FRAMEWORKS = ["osls 4", "serverless 3"]
IS_UPDATING = "UPDATE_SNAPSHOTS" in os.environ

CLEAN = "cfn-lint-1.58.0-was-clean"

RULES = (
    (re.compile(r"(LambdaVersion)[A-Za-z0-9]{20,}"), r"\1#"),  # the hash of a function's code and settings
    (re.compile(r"serverless/[^\"]*?/\d{13}-[0-9T:.Z-]+/"), "artifacts/"),  # the time of packaging
)
ABSENT = "absent"


def normal_form(template: Any) -> Any:
    """The template without hashes and times."""
    text = json.dumps(template)
    for pattern, word in RULES:
        text = pattern.sub(word, text)
    return json.loads(text)


def difference(without: Any, with_: Any, path: str = "") -> dict[str, Any]:
    """What changed, by place: `{"Resources/X/Properties/Handler": {"without": …, "with": …}}`."""
    if without == with_:
        return {}
    if isinstance(without, dict) and isinstance(with_, dict):
        found: dict[str, Any] = {}
        for key in sorted({*without, *with_}):
            found |= difference(without.get(key, ABSENT), with_.get(key, ABSENT), f"{path}/{key}".lstrip("/"))
        return found
    return {path: {"without": without, "with": with_}}


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", NAMES)
def test_the_difference_is_exactly_ours(packages: Any, name: str, framework: str) -> None:
    without = normal_form(packages[name, framework, "without"].template)
    with_ = normal_form(packages[name, framework, "with"].template)
    snapshot = HERE / "snapshots" / f"{name}.json"

    changed = difference(without, with_)

    if IS_UPDATING:
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(json.dumps(changed, indent=2, sort_keys=True) + "\n")
    assert changed == json.loads(snapshot.read_text())


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_topology_of_the_food_order(workshop: Any, framework: str) -> None:
    folder = workshop.place(ROOT / "examples" / "food_order")
    snapshot = HERE / "snapshots" / "food_order.topology.json"

    ran = workshop.run(framework, folder, "hopscope", "topology", "--output", "-")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    if IS_UPDATING:
        snapshot.write_text(ran.stdout.strip() + "\n")
    assert json.loads(ran.stdout) == json.loads(snapshot.read_text())


def test_cfn_lint_is_clean_on_both(packages: Any, cfn_lint: Any) -> None:
    """A template that was clean is marked, and not looked at again until it changes."""
    fresh = [package for package in packages.values() if not (package.folder / CLEAN).exists()]

    assert cfn_lint([package.template_file for package in fresh]) == ""

    for package in fresh:
        (package.folder / CLEAN).touch()
