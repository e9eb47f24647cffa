"""What is said of a store that is behind, or holds only a sample."""

import pytest

from hopscope_collector.lag import Behind
from hopscope_tui.caution import caution_of

NOW_US = 1_763_725_867_000_000
HOUR_US = 3_600_000_000
"""11:51:07 UTC."""

SAYS = {
    "it keeps up": (Behind(), None),
    "it is behind": (
        Behind(NOW_US - 2 * HOUR_US, NOW_US - 1),
        "collected up to 09:51:07 UTC so far, 2h00 behind",
    ),
    "it was behind when it ended": (
        Behind(NOW_US - 3 * HOUR_US, NOW_US - 2 * HOUR_US),
        "collected up to 08:51:07 UTC only: the collector ended before it had read everything",
    ),
    "it got a sample": (
        Behind(sampled_us=NOW_US - 60_000_000),
        "Live Tail gave only a sample at 11:50:07 UTC: flows of then may miss hops",
    ),
    "it got a sample long ago": (Behind(sampled_us=NOW_US - 2 * HOUR_US), None),
}


@pytest.mark.parametrize("name", SAYS)
def test_it_is_said_in_words(name):
    behind, says = SAYS[name]
    assert caution_of(behind, NOW_US) == says
