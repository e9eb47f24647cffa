"""With propagation off no byte of any message differs from a run without the layer; with it on, only our carrier."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from hopscope_stage import App, Stage
from hopscope_stage.example import load
from hopscope_stage.recorder import Recorder, recording

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage-bytes")]

FLOWS = 8
SEED = 11


def messages_sent(layer_zip: Path, *, is_traced: bool, settings: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """Every message of a run of the food order, as it was on the wire, sorted."""
    example = load("food_order")
    via = "choreography"
    orders = [replace(order, via=via, body={**order.body, "via": via}) for order in example.plan(FLOWS, SEED)]
    attach = "redirect" if is_traced else "none"
    with Stage.start(attach=attach, layer_zip=layer_zip, settings=settings) as stage:
        with recording(stage.endpoint) as recorder:
            deployment = stage.deploy(behind(recorder, example.app()))
            example.run(stage, deployment, orders, lambda _: None)
        return sorted(recorder.bodies)


def behind(recorder: Recorder, app: App) -> App:
    """The same app, whose functions talk to the broker through the recorder."""
    way = {"AWS_ENDPOINT_URL": recorder.url}
    functions = tuple(replace(each, environment={**each.environment, **way}) for each in app.functions)
    return replace(app, functions=functions)


def test_only_our_carrier_is_added_and_with_propagation_off_not_even_that(layer_zip: Path) -> None:
    bare = messages_sent(layer_zip, is_traced=False, settings={})
    off = messages_sent(layer_zip, is_traced=True, settings={"HOPSCOPE_PROPAGATION": "off"})
    on = messages_sent(layer_zip, is_traced=True, settings={})

    assert len(bare) > FLOWS
    assert Counter(off) == Counter(bare)
    assert Counter((name, without_carrier(name, body)) for name, body in on) == Counter(normal(bare))
    assert all(b"hopscope" in body for _, body in on)


def normal(messages: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    return [(name, without_carrier(name, body)) for name, body in messages]


def without_carrier(name: str, body: bytes) -> bytes:
    """The body with our attribute or our key taken out, in one canonical form for both sides."""
    if name == "PutEvents":
        request = json.loads(body)
        for entry in request["Entries"]:
            entry["Detail"] = re.sub(r'"_hopscope":"[^"]*",?\s*', "", entry["Detail"])
        return json.dumps(request).encode()
    fields = dict(parse_qsl(body.decode()))
    ours = {name.rpartition(".Name")[0] for name, value in fields.items() if value == "hopscope"}
    kept = {name: value for name, value in fields.items() if not any(name.startswith(f"{each}.") for each in ours)}
    return json.dumps(kept, sort_keys=True).encode()
