"""Durations as people read them."""

import pytest

from hopscope_collector.shape.times import age, clock, duration

DURATIONS = [
    (None, "–"), (0, "0ms"), (400, "0.4ms"), (84_000, "84ms"), (999_400, "999ms"), (999_600, "1.0s"), (4_140_000, "4.1s"),
    (9_960_000, "10s"), (41_000_000, "41s"), (59_600_000, "0m59"), (604_000_000, "10m04"), (11_220_000_000, "3h07"),
    (439_200_000_000, "5d02h"), (-31_000, "-31ms"),
]  # fmt: skip


@pytest.mark.parametrize(("us", "text"), DURATIONS)
def test_a_duration_takes_at_most_six_cells(us, text):
    assert duration(us) == text
    assert len(text) <= 6


@pytest.mark.parametrize(
    ("us", "text"),
    [(-5, "0s"), (12_000_000, "12s"), (600_000_000, "10m"), (10_800_000_000, "3h"), (432_000_000_000, "5d")],
)
def test_an_age_has_one_unit(us, text):
    assert age(us) == text


def test_a_time_that_no_calendar_has_is_not_known():
    assert clock(10**30) == "–"
