"""The local stage: an AWS emulator plus real functions; powers `hopscope demo` and the end-to-end tests."""

from hopscope_stage.attach import ATTACHES, Attach
from hopscope_stage.deployment import Deployment
from hopscope_stage.errors import StageError
from hopscope_stage.example import Example, load
from hopscope_stage.shapes import (
    Api,
    App,
    Bucket,
    Bus,
    Function,
    Machine,
    Parameters,
    Queue,
    Rule,
    Source,
    Stream,
    Subscription,
    Table,
    Topic,
)
from hopscope_stage.stage import Stage

__all__ = [
    "ATTACHES",
    "Api",
    "App",
    "Attach",
    "Bucket",
    "Bus",
    "Deployment",
    "Example",
    "Function",
    "Machine",
    "Parameters",
    "Queue",
    "Rule",
    "Source",
    "Stage",
    "StageError",
    "Stream",
    "Subscription",
    "Table",
    "Topic",
    "load",
]
