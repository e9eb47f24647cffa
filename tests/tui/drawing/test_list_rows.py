"""Rows of the lists: exactly as wide as asked, and what their numbers say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.kinds import Window
from hopscope_tui.drawing import comparison, execution_line, flow_line, kinds, problems
from hopscope_tui.drawing.list_headline import list_headline
from hopscope_tui.drawing.rows import Run, row_cells, row_text
from hopscope_tui.drawing.slowness import FEWEST_TO_JUDGE, usual_of
from hopscope_tui.drawing.spark import per_minute, percent, span, spark
from hopscope_tui.flow.alignment import Aligner, aligned
from hopscope_tui.lists.completion import candidates
from hopscope_tui.lists.overview import WINDOWS_US, kinds_in, melted, pulse_of, window_over
from hopscope_tui.lists.sorting import SORTS, Order, chosen_order, next_order, order_of, sorted_flows

SECOND = 1_000_000


@settings(max_examples=40)
@given(st.integers(1, 240), st.text(max_size=30))
def test_every_row_is_exactly_as_wide_as_asked(orders, width_cells, name):
    order = orders.orchestrated(keys={"order_id": name})
    known = [orders.overdue(keys={"k": name}), order, *orders.many(14)]
    counted = kinds_in(known, Window(0, orders.start_us + SECOND, 30), orders.start_us)
    aligner = Aligner(orders.start_us)
    pairs = list(aligned(aligner.shape_of(known[0]), aligner.shape_of(known[2])))

    rows = [
        kinds.heading_row(width_cells),
        *(kinds.kind_row(each, counted.window, width_cells) for each in counted.kinds),
    ]
    rows += [execution_line.heading_row(width_cells)]
    rows += [execution_line.execution_row(each, width_cells, 0) for each in execution_line.executions_in((order,))]
    rows += [comparison.heading_row(name, name, width_cells), comparison.units_row(width_cells)]
    rows += [comparison.aligned_row(each, width_cells) for each in pairs]
    rows += [flow_line.heading_row(width_cells, Order("took"))]
    rows += [list_headline(name, known, Run("live"), now_us=orders.start_us, pulse=pulse_of(counted))(width_cells)]

    assert {cell_len(row_text(row)) for row in rows} == {width_cells}


def test_facts_are_wrapped_within_the_width(orders):
    found = problems.problems_of([orders.overdue(), *orders.many(20)], orders.start_us)

    assert all(row_cells(row) <= 80 for each in found for row in problems.problem_facts(each, 80, orders.start_us))


@pytest.mark.parametrize(
    ("counts", "cells", "drawn"),
    [([0, 1, 8], 3, "·▁█"), ([0, 0], 2, "··"), ([], 5, ""), ([1, 1, 2, 2], 2, "▄█"), ([1, 2], 0, "")],
)
def test_a_spark_tells_nothing_from_little(counts, cells, drawn):
    assert spark(counts, cells) == drawn


@given(st.lists(st.integers(0, 99), max_size=60), st.integers(1, 40))
def test_melting_loses_nothing(counts, parts):
    assert sum(melted(counts, parts)) == sum(counts)
    assert len(melted(counts, parts)) == min(parts, len(counts))


def test_rates_and_shares_in_words():
    assert [per_minute(rate) for rate in (214.0, 2.04, 0.5, 0.001)] == ["214/min", "2.0/min", "30/h", "1/day"]
    assert [percent(share) for share in (0, 0.001, 1.44, 12.4)] == ["0 %", "0.1 %", "1.4 %", "12 %"]
    assert [span(us) for us in WINDOWS_US] == ["10s", "30s", "1m", "5m", "15m", "1h", "6h", "1d", "7d", "30d"]


def test_a_span_holds_the_newest_flows(orders):
    flows = orders.many(50)[::-1]
    now_us = flows[0].started_us

    window = window_over(flows, now_us, is_whole=True)

    assert sum(kinds_in(flows, window, now_us).arrivals) == 50
    assert window.until_us - window.since_us - 1 == 60 * SECOND


def test_orders_are_named_turned_and_gone_through(orders):
    assert [order_of(str(order)) for order in (Order(), Order("took", is_reversed=True))] == [
        Order(), Order("took", is_reversed=True),
    ]  # fmt: skip
    assert order_of("nonsense") == Order()
    assert chosen_order(Order("took"), "took") == Order("took", is_reversed=True)
    names = [Order().name]
    while (order := next_order(Order(names[-1]))).name != names[0]:
        names.append(order.name)
    assert names == list(SORTS)


@pytest.mark.parametrize("name", SORTS)
def test_every_order_is_the_other_way_round_when_turned(orders, name):
    flows = [orders.overdue(), *orders.many(9)]
    value = SORTS[name].value

    one = [value(flow, 0) for flow in sorted_flows(flows, Order(name), 0)]
    other = [value(flow, 0) for flow in sorted_flows(flows, Order(name, is_reversed=True), 0)]

    assert one == other[::-1]


def test_a_click_finds_the_column_under_it():
    heading = row_text(flow_line.heading_row(120))

    assert flow_line.sort_at(heading.index("took"), 120) == "took"
    assert flow_line.sort_at(heading.index("now at"), 120) is None
    assert flow_line.sort_at(500, 120) is None


def test_what_is_even_has_nothing_slow():
    assert usual_of([100] * (FEWEST_TO_JUDGE - 1)) is None
    usual = usual_of(sorted(range(1_000_000, 2_000_000, 10_000)))
    assert usual is not None
    assert usual.slow_from_us == 1_740_000 + 3 * 500_000


def test_completion_offers_fields_with_what_they_mean_and_values_that_were_seen():
    seen = {"fn": ["notify-user", "notify-restaurant", "print-ticket"]}

    assert [each.shown for each in candidates("st", seen)] == ["status:"]
    assert next(candidates("", seen)).means == "status of the flow"
    assert [each.text for each in candidates("status:done fn:no", seen)] == [
        "status:done fn:notify-user", "status:done fn:notify-restaurant",
    ]  # fmt: skip
