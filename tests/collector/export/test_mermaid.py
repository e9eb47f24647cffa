"""A diagram that Mermaid draws, whatever the flow."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.export.mermaid import mermaid_lines

LINE = re.compile(
    r"    (participant p\d+ as [^;#%<>\"]+|p\d+(->>|-->>|-x|--x)p\d+: [^;#%<>\"]+|Note over p\d+: [^;#%<>\"]+)"
)


@given(st.text(max_size=30))
def test_whatever_stands_in_messages_every_line_is_ours(made, text):
    first, *lines = mermaid_lines(made.hostile(made.order(), text), made.now_us)

    assert first == "sequenceDiagram"
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_who_takes_part_is_told_apart_even_where_names_are_cut_alike(made):
    order = made.order()
    hops = tuple(replace(hop, function=f"{'f' * 90}-{number}") for number, hop in enumerate(order.hops))
    lines = list(mermaid_lines(replace(order, hops=hops), made.now_us))

    assert sum(f"as {'f' * 10}" in line for line in lines) == 5


def test_a_flow_that_is_too_large_is_cut_and_says_so(made):
    hops = tuple(made.hop(f"h{number}", f"{'work' * 30}-{number}", number, source="sqs") for number in range(3_000))
    lines = list(mermaid_lines(made.order(hops=hops, sends=(), links=(), waits=()), made.now_us))

    arrows = sum("->>" in line for line in lines)
    assert lines[-1] == f"    Note over p1: {3_000 - arrows} more steps are not drawn"
    assert len("\n".join(lines)) < 50_000
    assert set(re.findall(r"p\d+", "".join(lines))) == {line.split()[1] for line in lines if "participant" in line}
