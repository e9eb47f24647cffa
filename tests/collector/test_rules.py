"""hopscope.toml: what it says, and what is said of what it says wrong."""

import pytest

from hopscope_collector.rules import BadRules, Consumer, Expect, Queue, Rules, Windows, rules_of
from hopscope_collector.rules_file import rules_for
from hopscope_collector.topology.read import BadTopology

MINUTE_US = 60_000_000


def test_every_rule_there_is():
    text = """
        [keys]
        joining = ["order_id"]
        max_traces_per_value = 50
        [[expect]]
        after = "restaurant_notified"
        expect = "order_accepted"
        within = "10m"
        [[queue]]
        name = "arn:aws:sqs:eu-central-1:123456789012:tickets"
        max_receive_count = 3
        dead_letter = "https://sqs.eu-central-1.amazonaws.com/123456789012/tickets-dlq"
        retry_within = "30s"
        retention = "14d"
        [[consumer]]
        of = "tickets"
        function = "print-ticket"
        names = ["ticket"]
        instrumented = false
        [duplicates]
        once = ["order_placed"]
        [windows]
        late = "1s"
        retry = "2m"
        inferred = "0s"
        skew = "500ms"
    """

    assert rules_of(text) == Rules(
        expect=(Expect("restaurant_notified", "order_accepted", 10 * MINUTE_US),),
        queues={"tickets": Queue("tickets", 3, "tickets-dlq", 30_000_000, 14 * 24 * 60 * MINUTE_US)},
        consumers=(Consumer("tickets", "print-ticket", frozenset({"ticket"}), is_instrumented=False),),
        joining=frozenset({"order_id"}),
        max_traces_per_value=50,
        once=frozenset({"order_placed"}),
        windows=Windows(late_us=1_000_000, retry_us=2 * MINUTE_US, inferred_us=0, skew_us=500_000),
    )


def test_no_rules_are_the_defaults():
    assert rules_of("") == Rules()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[keys", "h.toml is not TOML: "),
        ('joining = ["a"]', "h.toml: 'joining' is no rule; expected one of expect, queue, consumer, keys, duplicates, windows, topology; correct the name or remove the line"),
        ('[keys]\njoinning = ["a"]', "h.toml: 'joinning' in keys is no rule; expected one of joining, max_traces_per_value"),
        ("[keys]\njoining = 5", "h.toml: 'joining' in keys is 5; expected a list of texts"),
        ("[keys]\nmax_traces_per_value = 0", "h.toml: 'max_traces_per_value' in keys is 0; expected a whole number from 1"),
        ('[[expect]]\nafter = "a"\nexpect = "b"', "h.toml: [[expect]] number 1 has no 'within'; expected one; add it or remove the rule"),
        ('[[expect]]\nafter = "a"\nexpect = "b"\nwithin = "soon"', "h.toml: 'within' in [[expect]] number 1 is 'soon'; expected a length of time such as 500ms, 2s, 10m, 1h30m or 7d"),
        ("expect = 1", "h.toml: 'expect' is 1; expected tables [[expect]]"),
        ('[[consumer]]\nof = "q"\nfunction = "f"\ninstrumented = "no"', "h.toml: 'instrumented' in [[consumer]] number 1 is 'no'; expected true or false"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text, said):
    with pytest.raises(BadRules) as refused:
        rules_of(text, "h.toml")

    assert str(refused.value).startswith(said)


EXPECTING = '[[expect]]\nafter = "{}"\nexpect = "b"\nwithin = "1s"'


def afters(rules):
    return [rule.after for rule in rules.expect]


def test_the_file_that_is_named_comes_before_all_others(tmp_path, monkeypatch):
    for name in ("named", "variable", "beside", "here"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hopscope.toml").write_text(EXPECTING.format(name))
    monkeypatch.chdir(tmp_path / "here")
    store = f"sqlite:///{tmp_path}/beside/hopscope.db"

    assert afters(rules_for(None, None)) == ["here"]
    assert afters(rules_for(None, store)) == ["beside"]
    monkeypatch.setenv("HOPSCOPE_RULES", str(tmp_path / "variable" / "hopscope.toml"))
    assert afters(rules_for(None, store)) == ["variable"]
    assert afters(rules_for(str(tmp_path / "named" / "hopscope.toml"), store)) == ["named"]


def test_a_file_that_is_named_and_missing_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert rules_for(None, None) == Rules()
    with pytest.raises(BadRules, match=r"cannot read the rules .*; expected a TOML file; correct --rules"):
        rules_for(str(tmp_path / "none.toml"), None)


DECLARED = (
    '{"hopscope": 1, "topology": {"nodes": [{"id": "Jobs", "kind": "queue", "name": "jobs", "visibility_s": 60}]}}'
)


def test_the_topology_comes_with_the_rules(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "orders.json").write_text(DECLARED)
    (tmp_path / "named.toml").write_text('[topology]\nfiles = ["service/orders.json"]')

    assert rules_for(str(tmp_path / "named.toml")).queues["jobs"].retry_within_us == 60_000_000
    assert rules_for(None, None, [str(tmp_path / "service" / "orders.json")]).topology.nodes[0].name == "jobs"
    monkeypatch.setenv("HOPSCOPE_TOPOLOGY", "service/orders.json")
    assert rules_for(None, None).topology.nodes[0].name == "jobs"
    monkeypatch.delenv("HOPSCOPE_TOPOLOGY")
    (tmp_path / "hopscope.topology.json").write_text(DECLARED)
    assert len(rules_for(None, None).topology.nodes) == 1
    (tmp_path / "named.toml").write_text('[[queue]]\nname = "jobs"\nretry_within = "5s"')
    assert rules_for(str(tmp_path / "named.toml")).queues["jobs"].retry_within_us == 5_000_000


def test_a_topology_that_is_named_and_missing_is_refused(tmp_path):
    (tmp_path / "named.toml").write_text('[topology]\nfiles = ["none.json"]')

    with pytest.raises(BadTopology, match=r"cannot read the topology .*none.json"):
        rules_for(str(tmp_path / "named.toml"))
