"""A query that is cut off in the middle harms no other."""

import time

import pytest

from hopscope_collector.api.reading import TimedStore
from hopscope_collector.api.refusals import RefusedError
from hopscope_collector.lines.sorting import SortedLines
from hopscope_collector.query import Flows
from hopscope_collector.rules_file import rules_for
from hopscope_collector.search.filter import EVERYTHING
from hopscope_collector.store.contract import Batch
from hopscope_collector.store.location import open_to_read, open_to_write

RULES = rules_for(None, "memory:")


class Ticking:
    """A clock that goes on by one second each time somebody looks."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 1
        return self.now_s


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8])
def test_after_a_query_that_was_cut_off_the_next_one_is_right(tmp_path, a_line, steps) -> None:
    url = f"sqlite:///{tmp_path / 'hopscope.db'}"
    found = SortedLines("test")
    lines = [a_line(n, record) for n in range(1, 600) for record in ("begin", "end")]
    found.add_all(lines, range(len(lines)))
    with open_to_write(url) as store:
        store.write(Batch(found.records))
    with open_to_read(url) as store:
        timed = TimedStore(store, Ticking())
        flows = Flows(timed, RULES, now_us)
        timed.give(steps)
        try:
            flows.page(EVERYTHING, 100)
        except RefusedError as error:
            assert error.type == "too_costly"
        timed.give(1e9)

        page, expected = flows.page(EVERYTHING, 700), Flows(store, RULES, now_us).page(EVERYTHING, 700)

    assert [flow.id for flow in page.flows] == [flow.id for flow in expected.flows]
    assert len(page.flows) == 599


def now_us() -> int:
    return time.time_ns() // 1_000
