"""Noticing a library when it is imported."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from hopscope_layer.imports import _Finder


def test_who_only_asks_whether_a_library_is_there_disarms_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "watched_here.py").write_text("answer = 42\n")
    hooked: list[str] = []
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(json, "hook_of_test", lambda module: hooked.append(module.__name__), raising=False)
    finder = _Finder({"watched_here": "json:hook_of_test"})
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])

    spec = find_spec("watched_here")
    assert spec is not None
    assert spec.loader is not None
    assert "answer" in spec.loader.get_source("watched_here")  # type: ignore[attr-defined]
    assert hooked == []
    assert __import__("watched_here").answer == 42
    assert hooked == ["watched_here"]
    assert finder.waiting == {}
    del sys.modules["watched_here"]


def test_a_finder_that_asks_again_for_the_same_name_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Asking:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "watched_nowhere":
                find_spec(name)

    class Once(Asking):
        asked = False

        def find_spec(self, name: str, *_: object) -> None:
            if not self.asked:
                self.asked = True
                super().find_spec(name)

    finder = _Finder({"watched_nowhere": "json:loads"})
    monkeypatch.setattr(sys, "meta_path", [finder, Once(), *sys.meta_path])

    assert find_spec("watched_nowhere") is None
    assert finder.waiting == {"watched_nowhere": "json:loads"}
