import pytest

from hopscope_collector.errors import InputError
from hopscope_collector.search.moments import iso_us, moment_us

NOW_US = 1_795_259_100_000_000
"""2026-11-21T11:05Z."""


@pytest.mark.parametrize(
    ("text", "at_us"),
    [
        ("1h", NOW_US - 3_600_000_000),
        ("30000d", 0),
        ("2026-11-21", NOW_US - (11 * 60 + 5) * 60_000_000),
        ("2026-11-21T11:05", NOW_US),
        ("2026-11-21T11:05:00.000001Z", NOW_US + 1),
        ("2026-11-21T12:05:00+01:00", NOW_US),
        ("2026-11-21 11:05:00,5", NOW_US + 500_000),
        ("0001-01-01", 0),
    ],
)
def test_a_point_in_time_is_read_to_the_microsecond(text, at_us):
    assert moment_us(text, NOW_US) == at_us


@pytest.mark.parametrize("text", ["", "yesterday", "11:05", "2026-13-01", "-1h"])
def test_what_is_no_point_in_time_is_refused_as_given(text):
    with pytest.raises(InputError, match=f"'{text}' is no point in time; expected"):
        moment_us(text, NOW_US)


@pytest.mark.parametrize("value", [None, 1_795_259_100, "soon", ["2026-11-21"]])
def test_what_is_no_iso_time_is_none(value):
    assert iso_us(value) is None
