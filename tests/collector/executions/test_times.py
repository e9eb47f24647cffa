from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.executions.times import epoch_us

NOON_US = 1_713_441_600_000_000


@pytest.mark.parametrize(
    "written",
    [
        "2024-04-18T12:00:00+00:00",
        "2024-04-18T12:00:00.000000Z",
        "2024-04-18 14:00:00+02:00",
        "2024-04-18T12:00:00",
        1713441600,
        1713441600.0,
        "1713441600",
        1713441600000,
        "1713441600000",
        datetime(2024, 4, 18, 12, tzinfo=UTC),
        datetime(2024, 4, 18, 5, tzinfo=timezone(timedelta(hours=-7))),
    ],
)
def test_every_way_of_writing_noon_is_noon(written: object) -> None:
    assert epoch_us(written) == NOON_US


@pytest.mark.parametrize(
    "written", [None, True, "", "noon", [], {}, "nan", float("inf"), 10**400, "9" * 5000, -1, "1969-12-31T23:59:59Z"]
)
def test_what_is_no_time_is_none(written: object) -> None:
    assert epoch_us(written) is None


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2050, 1, 1), timezones=st.just(UTC)))
def test_no_microsecond_is_lost(moment: datetime) -> None:
    assert epoch_us(moment) == epoch_us(moment.isoformat()) == round(moment.timestamp() * 1_000_000)
