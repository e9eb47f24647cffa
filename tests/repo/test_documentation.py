"""What a person can set, type or call stands in the documentation."""

import re
from pathlib import Path

VARIABLE = re.compile(r"\bHOPSCOPE_[A-Z][A-Z_]*[A-Z]\b")


def documentation(root: Path) -> str:
    pages = [root / "README.md", root / "CONTRIBUTING.md", *root.glob("docs/**/*.md"), *root.glob("*/README.md")]
    return "\n".join(page.read_text() for page in pages)


def test_every_environment_variable_is_documented(root: Path, sources: list[Path]) -> None:
    used = {name for path in sources for name in VARIABLE.findall(path.read_text())}
    pages = documentation(root)

    assert sorted(name for name in used if name not in pages) == []


def test_every_command_is_documented(root: Path) -> None:
    verbs = {path.stem for path in (root / "tui/hopscope_tui/commands").glob("*.py")} - {"__init__"}
    pages = documentation(root)

    assert sorted(verb for verb in verbs if f"hopscope {verb}" not in pages) == []


def test_every_link_between_pages_leads_somewhere(root: Path) -> None:
    pages = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("*/README.md"), *root.glob("examples/*/*.md")]
    broken = [
        f"{page.relative_to(root)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert broken == []


def test_the_changelog_s_sections_stand_in_the_order_of_the_house(root: Path) -> None:
    order = ["Security", "Removed", "Deprecated", "Added", "Changed", "Fixed"]
    releases = (root / "CHANGELOG.md").read_text().split("\n## ")[1:]

    for release in releases:
        sections = re.findall(r"^### (\w+)", release, re.MULTILINE)
        assert sections == sorted(sections, key=order.index)
