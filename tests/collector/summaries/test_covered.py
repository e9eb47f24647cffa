"""Stretches of time, and the gaps between them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.summaries.covered import Stretch, is_covered, newest_gap, united

stretches = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda ends: Stretch(*sorted(ends))), max_size=6
)


@given(stretches)
def test_uniting_keeps_every_moment_and_leaves_no_seam(given_stretches: list[Stretch]) -> None:
    found = united(given_stretches)

    assert [is_covered(found, at) for at in range(21)] == [is_covered(given_stretches, at) for at in range(21)]
    assert all(left.high_us < right.low_us for left, right in pairwise(found))


@given(stretches, st.integers(0, 25))
def test_the_newest_gap_is_as_long_as_can_be(given_stretches: list[Stretch], below: int) -> None:
    gap = newest_gap(given_stretches, below)
    open_moments = [at for at in range(below) if not is_covered(given_stretches, at)]

    if gap is None:
        assert open_moments == []
    else:
        assert gap.high_us == open_moments[-1] + 1
        assert not any(is_covered(given_stretches, at) for at in range(*gap))
        assert gap.low_us == 0 or is_covered(given_stretches, gap.low_us - 1)
