"""Noticing a library when the function imports it, without importing it ourselves.

    botocore, aiobotocore    every call of every client and resource, of coroutines too: depart
    the rest of `WATCHED`    libraries that we live with: integrations

A library that is loaded already is taken at once. For the others a finder stands in front of `sys.meta_path`; it
answers only for the names it watches and then steps aside, so every other import costs one look into a dict.
"""

import sys

from hopscope_layer.guard import never_break_the_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

WATCHED = {
    "botocore.client": "hopscope_layer.depart:hook",
    "aiobotocore.client": "hopscope_layer.depart.coroutines:hook",
    "aws_lambda_powertools.logging.formatter": "hopscope_layer.integrations.powertools_logger:hook",
    "aws_lambda_powertools.utilities.batch.base": "hopscope_layer.integrations.powertools_batch:hook",
    "aws_xray_sdk.core.recorder": "hopscope_layer.integrations.xray:hook",
    "opentelemetry.trace": "hopscope_layer.integrations.opentelemetry:hook",
}
"""Module to the function that is called with it, once, after it ran."""


WATCHED_FOR_HTTP = {
    "urllib3.connectionpool": "hopscope_layer.integrations.http:hook_urllib3",
    "httpx._client": "hopscope_layer.integrations.http:hook_httpx",
}
"""Watched only when `HOPSCOPE_HTTP` names a host."""


def watch(*, for_http: bool) -> None:
    """Hooks what is loaded and watches for the rest."""
    watched = {**WATCHED, **WATCHED_FOR_HTTP} if for_http else WATCHED
    finder = _Finder(dict(watched))
    for name, hook in watched.items():
        module = sys.modules.get(name)
        if module is not None:
            del finder.waiting[name]
            _hook(module, hook)
    sys.meta_path.insert(0, finder)


class _Finder:
    """A meta-path finder for the names that it still waits for."""

    def __init__(self, waiting: "dict[str, str]") -> None:
        self.waiting = waiting

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        if name not in self.waiting:
            return None
        with never_break_the_user("watch an import"):
            # Not there meanwhile: another finder may ask the whole import system for this name again.
            hook = self.waiting.pop(name)
            try:
                return self._watched_spec(name, path, target, hook)
            finally:
                self.waiting[name] = hook
        return None

    def _watched_spec(
        self, name: str, path: "Sequence[str] | None", target: "ModuleType | None", hook: str
    ) -> "ModuleSpec | None":
        for finder in sys.meta_path:
            find_spec = None if finder is self else getattr(finder, "find_spec", None)
            spec: "ModuleSpec | None" = find_spec(name, path, target) if find_spec is not None else None
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, hook, self.waiting)  # type: ignore[assignment]
                return spec
        return None


class _Loader:
    """Runs the module with its own loader, puts that loader back and calls the hook."""

    def __init__(self, loader: "Any", hook: str, waiting: "dict[str, str]") -> None:
        self.loader = loader
        self.hook = hook
        self.waiting = waiting

    def __getattr__(self, name: str) -> "Any":
        # A probe asks the loader of a spec for sources or resources.
        if name == "loader":
            raise AttributeError(name)
        return getattr(self.loader, name)

    def create_module(self, spec: "ModuleSpec") -> "ModuleType | None":
        create: "Callable[[ModuleSpec], ModuleType | None]" = self.loader.create_module
        return create(spec)

    def exec_module(self, module: "ModuleType") -> None:
        module.__loader__ = self.loader
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        if self.waiting.pop(module.__name__, None) is not None:
            _hook(module, self.hook)


def _hook(module: "ModuleType", hook: str) -> None:
    with never_break_the_user(f"hook {module.__name__}"):
        from importlib import import_module

        home, _, name = hook.partition(":")
        getattr(import_module(home), name)(module)
