"""What is kept from start to start, and what happens to a file that is none of ours."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_tui.state import MOST_PLACES, Place, State, StateFile, View

TEXTS = st.text(max_size=30)


@given(st.builds(State, TEXTS, st.dictionaries(TEXTS, st.builds(Place, TEXTS, TEXTS, TEXTS), max_size=3)))
def test_what_was_left_is_found_again(tmp_path_factory, state):
    file = StateFile(tmp_path_factory.mktemp("state") / "tui.json")
    left = state.with_view(View("late", "status:overdue", "-age"))

    file.write(left)

    assert file.read() == (left, None)


def test_only_its_owner_may_read_it(tmp_path: Path):
    path = tmp_path / "new" / "tui.json"

    StateFile(path).write(State("hopscope-day"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["tui.json"]


def test_before_the_first_start_there_is_nothing_and_that_is_no_fault(tmp_path: Path):
    assert StateFile(tmp_path / "tui.json").read() == (State(), None)


@pytest.mark.parametrize(
    "damaged",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"version": 2}', b'{"version": 1, "theme": 3, "places": {}, "views": []}',
     b'{"version": 1, "theme": "", "places": {"a": {"scren": "x"}}, "views": []}', b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_is_passed_over_with_a_word_and_left_as_it_is(tmp_path: Path, damaged: bytes):
    path = tmp_path / "tui.json"
    path.write_bytes(damaged)

    state, fault = StateFile(path).read()

    assert state == State()
    assert "starting afresh" in (fault or "")
    assert path.read_bytes() == damaged


def test_a_place_that_cannot_be_written_to_is_no_reason_to_stop(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")

    StateFile(tmp_path / "file" / "tui.json").write(State("hopscope-day"))


def test_sources_left_long_ago_are_forgotten():
    state = State()
    for number in range(MOST_PLACES + 10):
        state = state.left_at(f"{number}.db", Place())

    assert len(state.places) == MOST_PLACES
    assert "0.db" not in state.places
