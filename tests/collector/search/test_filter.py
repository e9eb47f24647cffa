"""The filter language: what it takes, what it refuses and where, and that it never crashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.flow import Failure, Flow, Hop, Send
from hopscope_collector.search.filter import FIELDS, BadFilter, Filter, Term, parsed

MINUTE_US = 60_000_000
NOW_US = 1_763_725_867_000_000 + 10 * MINUTE_US


def a_flow(**facts):
    start_us = 1_763_725_867_000_000
    hop = Hop(
        "00000000000a0000.0", "00000000000a0000", "notify-restaurant", "5812c969", "failed", "6920530b" + "0" * 24, start_us,
        refs=("events/7bf73129",), name="order_placed", keys={"order_id": "o-42"}, error=Failure("TimeoutError"),
    )  # fmt: skip
    send = Send("00000000000a0001", hop.id, "events", "PutEvents", start_us, name="restaurant_notified")
    return Flow(**{"id": hop.trace_id, "status": "failed", "started_us": start_us, "ended_us": start_us + 3_000_000,
                   "hops": (hop,), "sends": (send,), "traces": (hop.trace_id,), "keys": dict(hop.keys), **facts})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("status:failed", True),
        ("status:failed|overdue", True),
        ("status:!failed", False),
        ("!status:failed", False),
        ("!status:!failed", True),
        ("STATUS:FAILED", True),
        ("status:over*", False),
        ("fn:notify-*", True),
        ("fn:notify", False),
        ("fn:notify-restauran?", True),
        ("event:restaurant_notified", True),
        ("event:order_placed status:done", False),
        ("key:order_id=o-42", True),
        ("key:o-42", True),
        ("key:O-42", False),
        ("kind:order_placed*", True),
        ("error:Timeout*", True),
        ("id:7bf73129", True),
        ("id:events/7bf73129", True),
        ("dur:>2s", True),
        ("dur:>=3s", True),
        ("dur:<3s", False),
        ("since:1h", True),
        ("since:5m", False),
        ("before:5m", True),
        ("since:2025-11-21T11:00", True),
        ("since:2025-11-21T12:00Z", False),
        ("o-42", True),
        ('"notify-rest"', True),
        ("!o-42", False),
        ("o-42|o-43", True),
        ("[a-z]+", False),
    ],
)
def test_what_fits(text, fits):
    assert parsed(text).matcher()(a_flow(), NOW_US) == fits


def test_what_still_goes_on_lasts_until_now():
    open_flow = a_flow(status="running", ended_us=None)

    assert parsed("dur:>9m").matcher()(open_flow, NOW_US)
    assert not parsed("dur:>11m").matcher()(open_flow, NOW_US)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("stauts:failed", (0, 6), "'stauts' is no field; expected one of status, fn, event"),
        ("fn:a status:dnoe", (12, 16), "'dnoe' is no status; expected one of running, waiting"),
        ("status:failed|", (14, 14), "a value is missing at 15; expected one, such as status:failed|overdue"),
        ("status:", (7, 7), "a value is missing at 8"),
        ("key:", (4, 4), "a value is missing at 5; expected one, such as key:order_id=o-42"),
        ("fn:", (3, 3), "a value is missing at 4; expected one, such as fn:notify-*"),
        ("dur:2s", (4, 6), "'2s' does not fit dur; expected >2s, <500ms"),
        ("since:yesterday", (6, 15), "'yesterday' does not fit since; expected 1h, 2d or a time"),
        ('fn:"a', (3, 5), "the quote at 4 is not closed"),
        ("!", (1, 1), "a value is missing at 2"),
    ],
)
def test_what_is_refused_and_where(text, place, words):
    with pytest.raises(BadFilter) as refused:
        parsed(text)

    assert (refused.value.start, refused.value.end) == place
    assert words in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_is_refused_inside_the_text(text):
    try:
        wanted = parsed(text)
    except BadFilter as refused:
        assert 0 <= refused.start <= refused.end <= len(text) + 1
    else:
        wanted.matcher()(a_flow(), NOW_US)


FREE = st.text(min_size=1, max_size=12)
VALUES = {"status": st.sampled_from(FIELDS["status"].values), "dur": st.sampled_from([">2s", "<=1h30m"]),
          "since": st.sampled_from(["1h", "2025-11-21"]), "before": st.just("2d")}  # fmt: skip
TERMS = st.one_of(
    st.builds(Term, st.none(), st.lists(FREE, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.sampled_from(list(FIELDS)).flatmap(
        lambda name: st.builds(Term, st.just(name), st.lists(VALUES.get(name, FREE), min_size=1, max_size=3).map(tuple), st.booleans())
    ),
)  # fmt: skip


@given(st.lists(TERMS, max_size=4))
def test_a_filter_written_out_and_read_again_is_the_same(terms):
    wanted = Filter(tuple(terms))

    assert parsed(str(wanted)) == wanted


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("key:order_id=o-42", ("order_id=o-42",)),
        ("status:done key:order_id=o-42|order_id=o-43", ("order_id=o-42", "order_id=o-43")),
        ("key:o-42", ()),
        ("key:order_id=o-*", ()),
        ("!key:order_id=o-42", ()),
        ("id:7bf73129", ("7bf73129",)),
    ],
)
def test_ids_that_spare_the_search(text, ids):
    assert parsed(text).exact_ids() == ids
