"""What a function is told, with and without the layer."""

from pathlib import Path

import pytest

from hopscope_stage import Function
from hopscope_stage.attach import Attachment, handler_of, variables_of
from hopscope_stage.errors import LayerMissing

FUNCTION = Function("f", "module.handler", Path(), environment={"MINE": "1"})
KEYS = "order_id=detail.orderId"


@pytest.mark.parametrize(
    ("how", "handler", "variables"),
    [
        ("none", "module.handler", {"MINE": "1"}),
        (
            "redirect",
            "hopscope_layer.handler",
            {"MINE": "1", "HOPSCOPE_HANDLER": "module.handler", "HOPSCOPE_KEYS": KEYS, "HOPSCOPE_PROPAGATION": "off"},
        ),
        (
            "wrapper",
            "module.handler",
            {
                "MINE": "1",
                "AWS_LAMBDA_EXEC_WRAPPER": "/opt/hopscope",
                "HOPSCOPE_KEYS": KEYS,
                "HOPSCOPE_PROPAGATION": "off",
            },
        ),
    ],
)
def test_attaching_changes_the_handler_or_the_variables_and_nothing_else(how, handler, variables):
    attachment = Attachment(how, Path("layer.zip"), {"HOPSCOPE_PROPAGATION": "off"})

    assert handler_of(FUNCTION, attachment) == handler
    assert variables_of(FUNCTION, attachment, KEYS) == variables


@pytest.mark.parametrize("how", ["none", "redirect", "wrapper"])
def test_an_untraced_function_stays_as_it_is(how):
    function = Function("f", "module.handler", Path(), environment={"MINE": "1"}, is_traced=False)
    attachment = Attachment(how, Path("layer.zip"), {"HOPSCOPE_PROPAGATION": "off"})

    assert handler_of(function, attachment) == "module.handler"
    assert variables_of(function, attachment, KEYS) == {"MINE": "1"}


def test_a_function_s_own_setting_wins():
    function = Function("f", "module.handler", Path(), environment={"HOPSCOPE_KEYS": "mine=id"})

    assert variables_of(function, Attachment("wrapper"), KEYS)["HOPSCOPE_KEYS"] == "mine=id"


def test_a_missing_layer_is_said_before_anything_starts(tmp_path):
    with pytest.raises(LayerMissing, match=r"no zip at .*layer\.zip; run `make layer`"):
        Attachment("redirect", tmp_path / "layer.zip").check()
