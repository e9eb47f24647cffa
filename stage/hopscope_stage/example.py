"""Finds an example: beside this package when it was installed from a wheel, in the checkout otherwise."""

import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from hopscope_stage.deployment import Deployment
from hopscope_stage.errors import ExampleMissing
from hopscope_stage.shapes import App
from hopscope_stage.stage import Stage

HERE = Path(__file__).parent
FOLDERS = (HERE / "examples", HERE.parents[1] / "examples")


class Planned(Protocol):
    """One instance of the example's process, before it begins."""

    @property
    def order_id(self) -> str:
        """The business id that joins everything that happens to it."""
        ...

    @property
    def fate(self) -> str:
        """What will happen to it: one of the example's `FATES`."""
        ...

    @property
    def via(self) -> str:
        """`choreography` or `state-machine`."""
        ...

    @property
    def is_completed(self) -> bool:
        """Whether it gets to its end."""
        ...


class Placed(Protocol):
    """What became of it."""

    @property
    def planned(self) -> Planned:
        """What it was meant to be."""
        ...

    @property
    def answers(self) -> Mapping[str, int]:
        """HTTP status of each call that people made, by what they did."""
        ...


class Example(Protocol):
    """What every example offers."""

    KEYS: str
    """The `HOPSCOPE_KEYS` that find its business ids."""

    RULES: Path
    """Its `hopscope.toml`, for a deployment without a prefix."""

    FATES: tuple[str, ...]

    def app(self) -> App:
        """What it deploys."""
        ...

    def rules_of(self, deployment: Deployment) -> str:
        """The text of its `hopscope.toml`, with the names that things really have."""
        ...

    def plan(self, flows: int, seed: int) -> Sequence[Planned]:
        """What will happen in a run; the same for the same arguments."""
        ...

    def run(
        self, stage: Stage, deployment: Deployment, orders: Sequence[Planned], report: Callable[[str], None]
    ) -> Sequence[Placed]:
        """Make it happen, and return when nothing moves any more."""
        ...


def load(name: str = "food_order") -> Example:
    """The example of this name.

    Raises:
        ExampleMissing: says where it was looked for.
    """
    if name not in sys.modules:
        initial = next((path for folder in FOLDERS if (path := folder / name / "__init__.py").is_file()), None)
        if initial is None:
            raise ExampleMissing(f"there is no example {name!r} in {' or '.join(map(str, FOLDERS))}")
        spec = importlib.util.spec_from_file_location(name, initial, submodule_search_locations=[str(initial.parent)])
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return cast(Example, sys.modules[name])
