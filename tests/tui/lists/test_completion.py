"""What a filter may go on with."""

import pytest

from hopscope_tui.lists.completion import completed, is_begun, seen_values

CASES = [
    ("", None),
    ("st", "status:"),
    ("!f", "!fn:"),
    ("status:ov", "status:overdue"),
    ("status:failed|ov", "status:failed|overdue"),
    ("status:!do", "status:!done"),
    ("since:1h fn:not", "since:1h fn:notify-restaurant"),
    ("key:ord", "key:order_id=o-42"),
    ("event:order_p", "event:order_placed"),
    ("nofield:x", None),
    ("fn:zzz", None),
]


@pytest.mark.parametrize(("typed", "whole"), CASES)
def test_the_last_word_is_completed_from_the_language_and_from_what_was_seen(orders, typed, whole):
    assert completed(typed, seen_values([orders.overdue()])) == whole


@pytest.mark.parametrize(
    ("typed", "waits"), [("stat", True), ("!k", True), ("status:", False), ("o-42", False), ("a ", False)]
)
def test_a_word_that_may_become_a_field_is_waited_for(typed, waits):
    assert is_begun(typed) == waits
