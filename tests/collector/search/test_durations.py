import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.search.durations import US_BY_UNIT, duration_us


@given(st.lists(st.tuples(st.integers(0, 10**12 - 1), st.sampled_from(list(US_BY_UNIT))), min_size=1, max_size=4))
def test_a_length_of_time_is_the_sum_of_its_parts(parts):
    text = "".join(f"{number}{unit}" for number, unit in parts)

    assert duration_us(text) == pytest.approx(sum(number * US_BY_UNIT[unit] for number, unit in parts), rel=1e-15)


@pytest.mark.parametrize("text", ["", "10", "m", "10 m", "-1s", "1e3s", "10m,"])
def test_what_is_no_length_of_time(text):
    assert duration_us(text) is None
