"""A topology file is read whole, or refused with the place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.topology.read import BadTopology, topology_of


def test_everything_declared_is_there(document: dict[str, Any]) -> None:
    topology = topology_of(json.dumps(document), "t.json")
    assert (len(topology.nodes), len(topology.routes), len(topology.sends)) == (8, 8, 1)
    assert topology.about == {"service": "shop", "stage": "dev", "region": "eu-west-1"}


def test_another_json_is_no_topology() -> None:
    with pytest.raises(BadTopology, match=r"^event.json holds no topology; expected what"):
        topology_of('{"Records": []}', "event.json")


def test_a_newer_plugin_may_say_more(document: dict[str, Any]) -> None:
    document["topology"]["nodes"][0]["colour"] = "blue"
    document["topology"]["weather"] = {}
    assert topology_of(json.dumps(document), "t.json").nodes[0].id == "Bus"


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("hopscope",), 2, "t.json has the version 2; expected 1"),
        (("topology",), [], "t.json: topology is []; expected an object"),
        (("topology", "nodes"), {}, "t.json: topology.nodes is {}; expected a list of objects"),
        (("topology", "nodes", 1), "x", "t.json: topology.nodes[1] is 'x'; expected an object"),
        (("topology", "nodes", 1, "kind"), 7, "t.json: topology.nodes[1].kind is 7; expected a text"),
        (("topology", "routes", 0, "to"), None, "t.json: topology.routes[0].to is None; expected a text"),
        (
            ("topology", "routes", 0, "pattern"),
            "x",
            "t.json: topology.routes[0].pattern is 'x'; expected an event pattern",
        ),
        (
            ("topology", "routes", 7, "after_receives"),
            True,
            "topology.routes[7].after_receives is True; expected a whole number",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    document: dict[str, Any], place: tuple[str | int, ...], value: Any, said: str
) -> None:
    target: Any = document
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    with pytest.raises(BadTopology) as raised:
        topology_of(json.dumps(document), "t.json")
    assert said in str(raised.value)
    assert "serverless hopscope topology" in str(raised.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["nodes", "routes", "id", "to"]), inner)
    ),
)


@given(st.one_of(st.text(max_size=30), JSON.map(lambda value: json.dumps({"hopscope": 1, "topology": value}))))
def test_nothing_else_is_raised(text: str) -> None:
    try:
        topology_of(text, "t.json")
    except BadTopology as error:
        assert str(error).startswith("t.json")
