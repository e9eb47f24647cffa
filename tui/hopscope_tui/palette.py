"""The command palette (`ctrl+p`): everything that the keys of the screen do, every report, every view."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from hopscope_tui.screen_keys import app_keys, own_keys
from hopscope_tui.screens.views import BUILT_IN

if TYPE_CHECKING:
    from hopscope_tui.app import HopscopeApp


class Commands(Provider):
    """What can be done here, by name."""

    async def discover(self) -> Hits:
        """All of it, before anything is typed."""
        for name, does, action in self._commands():
            yield DiscoveryHit(name, partial(self.screen.run_action, action), help=does)

    async def search(self, query: str) -> Hits:
        """What fits."""
        matcher = self.matcher(query)
        for name, does, action in self._commands():
            score = matcher.match(f"{name} {does}")
            if score > 0:
                yield Hit(score, matcher.highlight(name), partial(self.screen.run_action, action), help=does)

    def _commands(self) -> Iterator[tuple[str, str, str]]:
        """Name, what it does, action."""
        app: HopscopeApp = cast("Any", self.app)
        for binding in (*own_keys(self.screen), *app_keys(self.screen)):
            if binding.tooltip:
                yield f"{binding.description}  ({app.get_key_display(binding)})", binding.tooltip, binding.action
        for view in (*app.state.views, *BUILT_IN):
            yield f"view: {view.name}", view.filter or "all flows", f"app.view({view.name!r})"
