"""Hopscope beside the peers of peerbench: attached by the handler redirect, from the unpacked dist/layer.zip."""

import os

OPT = os.environ.get("HOPSCOPE_OPT", "/opt")
VENV = "none"
PACKAGES = ["boto3"]
ENV = {
    "_HANDLER": "hopscope_layer.handler",
    "HOPSCOPE_HANDLER": "app.handler",
    "HOPSCOPE_KEYS": "order_id=body.orderId|detail.orderId",
    "PYTHONPATH": OPT + "/python",
}
SINKS = ["stdout"]
