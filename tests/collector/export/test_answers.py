"""What agents are told: never more than promised, whatever stands in messages."""

import json
from dataclasses import replace

import pytest

from hopscope_collector.agents.answers import (
    MOST_CHARACTERS,
    execution_answer,
    flow_answer,
    flows_answer,
    marked,
    messages_answer,
    stats_answer,
)
from hopscope_collector.flow import Failure, Wait
from hopscope_collector.store.contract import Example, Stats


@pytest.mark.parametrize("longer_when_written", ["<", '"', "\u202e"], ids=ascii)
def test_no_answer_is_longer_than_promised(made, longer_when_written):
    text = longer_when_written * 400
    names = [f"{number}{text}" for number in range(20)]
    order = made.hostile(made.order(), text)
    failed = tuple(
        replace(hop, id=f"{number}.0", attempt=number, refs=(text,) * 4, error=Failure(text, text))
        for number, hop in enumerate([order.hops[0]] * 12)
    )
    flow = replace(
        order, hops=failed, sends=(), links=(), notes=tuple(names), keys=dict(zip(names, names, strict=True)),
        waits=tuple(Wait(name, name, made.start_us) for name in names),
    )  # fmt: skip
    one = made.execution(text)
    events = [{"refs": names, "keys": dict.fromkeys(names, text), "message": dict.fromkeys(names[:9], text)}] * 4

    answers = [
        flow_answer(flow, [one] * 12, made.now_us),
        flows_answer([order] * 20, made.now_us, has_more=True),
        execution_answer(replace(one, states=one.states * 50)),
        messages_answer(events),
        stats_answer(Stats(examples={f"reason-{number}": Example(text, text, text) for number in range(30)})),
    ]
    assert [len(marked(answer)) for answer in answers if len(marked(answer)) > MOST_CHARACTERS] == []


def test_what_was_left_out_is_counted_by_name(made):
    hops = tuple(made.hop(f"h{number}", "work", number) for number in range(300))
    flow = made.order(hops=hops, sends=(), links=(), waits=(), notes=("odd",) * 12)
    answer = flow_answer(flow, [], made.now_us)

    assert answer["left_out"]["notes"] + len(answer["notes"]) == 12
    assert answer["left_out"]["steps"] + len(answer["steps"]) == 300


def test_an_event_s_keys_and_the_lines_that_were_refused_are_looked_through():
    event = messages_answer([{"keys": {"session_token": "hunter2", "who": "jane@example.com"}}])
    refused = stats_answer(Stats(examples={"malformed": Example("file", "line 1", "password=hunter2\x1b[2J")}))

    assert event["messages"] == [{"keys": {"session_token": "[redacted]", "who": "[redacted email]"}}]
    assert "hunter2" not in json.dumps(refused)
    assert "\x1b" not in json.dumps(refused, ensure_ascii=False)
