"""What is asked, and the same JSON as the command line prints."""

import json
import subprocess
import sys

import pytest

from hopscope_collector.api import schemas
from hopscope_collector.documented.flow_json import flow_json
from hopscope_collector.query import Flows
from hopscope_collector.rules_file import rules_for


@pytest.fixture
def filled(collector, a_line):
    """Nine flows of one hop each, one with a key."""
    keyed = a_line(10, messages=[{"index": 0, "source": "sqs", "refs": ["sqs/m-10"], "keys": {"order_id": "o-10"}}])
    lines = [a_line(n, record) for n in range(1, 9) for record in ("begin", "end")]
    assert collector.post(*lines, keyed, a_line(10, "end")).json()["stored"] == 18
    return collector


def test_a_page_is_what_hopscope_flows_prints(filled, tmp_path) -> None:
    command = [sys.executable, "-m", "hopscope_tui", "flows", "--json", "--store", f"sqlite:///{tmp_path}/hopscope.db"]
    printed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    page = filled.get("/v1/flows").json()

    assert len(page["flows"]) == 9
    assert sorted(page["flows"], key=lambda flow: flow["id"]) == sorted(printed["flows"], key=lambda flow: flow["id"])
    assert (page["more"], page["next"]) == (False, None)


def test_pages_follow_one_another_without_gap_or_repeat(filled) -> None:
    ids, after = [], None
    while True:
        page = filled.get("/v1/flows", limit=2, **({"after": after} if after else {})).json()
        ids += [flow["id"] for flow in page["flows"]]
        after = page["next"]
        if after is None:
            break

    assert ids == [f"{n:032x}" for n in (10, 8, 7, 6, 5, 4, 3, 2, 1)]


def test_a_filter_and_an_order_are_those_of_the_command_line(filled) -> None:
    found = filled.get("/v1/flows", filter="key:order_id=o-10").json()["flows"]
    oldest = filled.get("/v1/flows", order="age", limit=1).json()["flows"]

    assert [flow["id"] for flow in found] == [f"{10:032x}"]
    assert [flow["id"] for flow in oldest] == [f"{1:032x}"]


@pytest.mark.parametrize("flow_id", ["order_id=o-10", "o-10", "sqs/m-10", "sqs%2Fm-10", "request-10", f"{10:032x}"])
def test_a_flow_is_found_by_any_of_its_ids(filled, flow_id) -> None:
    answer = filled.get(f"/v1/flows/{flow_id}")

    assert answer.json()["flow"]["keys"] == {"order_id": "o-10"}
    assert answer.json()["flow"]["execution_details"] == []


def test_an_id_that_nothing_is_known_by_is_404(filled) -> None:
    answer = filled.get("/v1/flows/nobody")

    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "no_such_flow")
    assert answer.json()["error"]["given"] == "nobody"


def test_an_id_of_several_flows_is_409_with_the_candidates(collector, a_line) -> None:
    """Two messages of one batch: the request id is that of both."""
    batch = [{"index": n, "source": "sqs", "refs": [f"sqs/m-{n}"]} for n in (0, 1)]
    collector.post(a_line(1, messages=batch), a_line(1, "end"))

    answer = collector.get("/v1/flows/request-1")

    assert (answer.status_code, answer.json()["error"]["type"]) == (409, "several_flows")
    assert len(answer.json()["error"]["candidates"]) == 2


def test_kinds_are_counted_in_a_window(filled) -> None:
    answer = filled.get("/v1/kinds", since_us=0, until_us=1 << 52, buckets=2).json()

    assert [(kind["flows"], kind["failed"]) for kind in answer["kinds"]] in ([(8, 0), (1, 0)], [(9, 0)])
    assert sum(answer["arrivals"]) == 9


@pytest.mark.parametrize(
    ("path", "params", "kind"),
    [
        ("/v1/flows", {"filter": "stauts:done"}, "bad_filter"),
        ("/v1/flows", {"filter": "x" * 3_000}, "bad_parameter"),
        ("/v1/flows", {"filter": "|".join(["id:a"] + ["a"] * 99)}, "bad_filter"),
        ("/v1/flows", {"limit": "0"}, "bad_parameter"),
        ("/v1/flows", {"limit": "many"}, "bad_parameter"),
        ("/v1/flows", {"order": "worst"}, "bad_parameter"),
        ("/v1/flows", {"after": "bm9wZQ"}, "bad_cursor"),
        ("/v1/flows", {"after": "[[[["}, "bad_cursor"),
        ("/v1/kinds", {"since_us": "5", "until_us": "5"}, "bad_parameter"),
        ("/v1/changes", {"since": "-1"}, "bad_parameter"),
    ],
)
def test_a_parameter_that_is_wrong_is_said_with_what_was_expected(collector, path, params, kind) -> None:
    answer = collector.get(path, **params)

    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (400, kind)
    assert error["message"]
    assert error["expected"]


def test_a_bad_filter_is_marked_where_it_is_wrong(collector) -> None:
    error = collector.get("/v1/flows", filter="fn:a stauts:x").json()["error"]

    assert (error["start"], error["end"]) == (5, 11)


def test_who_has_the_answer_gets_304_until_it_changes(filled, a_line) -> None:
    with filled.client() as client:
        first = client.get("/v1/flows")
        again = client.get("/v1/flows", headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
        filled.post(a_line(99))
        changed = client.get("/v1/flows", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert changed.status_code == 200


def test_the_schema_names_every_field_that_is_answered(filled) -> None:
    """The models describe; `flow_json()` makes. A field that one of them lacks is a lie to who generates clients."""
    flow = Flows(filled.store, rules_for(None, "memory:"), lambda: 0).find("o-10")[0]
    made = flow_json(flow)

    assert set(made) == set(schemas.Flow.model_fields)
    assert set(made["hops"][0]) == set(schemas.Hop.model_fields)
    for path, model in [
        ("/v1/flows", schemas.FlowsAnswer),
        ("/v1/flows/o-10", schemas.FlowAnswer),
        ("/v1/stats", schemas.StatsAnswer),
        ("/v1/changes", schemas.ChangesAnswer),
        ("/v1/kinds", schemas.KindsAnswer),
    ]:
        answer = filled.get(path, **({"since_us": 0, "until_us": 9} if path == "/v1/kinds" else {})).json()
        assert set(answer) == set(model.model_fields), path
        model.model_validate(answer)


def test_what_the_document_describes_is_what_there_is(collector) -> None:
    document = collector.get("/openapi.json").json()

    assert sorted(document["paths"]) == [
        "/v1/changes",
        "/v1/executions/{arn}",
        "/v1/flows",
        "/v1/flows/{flow_id}",
        "/v1/health",
        "/v1/kinds",
        "/v1/records",
        "/v1/stats",
        "/v1/traces",
    ]
    assert document["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
