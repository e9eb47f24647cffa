"""`?`: what it says is what the keys do on the screen that it was opened on."""

import pytest
from textual.widgets import Static

from hopscope_tui.screens.help import HelpScreen
from hopscope_tui.sources.memory import MemorySource

SCREENS = {
    "list": ((), {"↵", "/", "C", "r"}, {"M", "R"}),
    "kinds": (("g",), {"↵", "p", "q"}, {"c", "C", "r", "g"}),
    "executions": (("x",), {"↵", "y", "g"}, {"c", "C", "r", "x"}),
    "flow": (("enter",), {"1", "4", "n", "c", "C", "r"}, {"x", "M", "R"}),
    "views": (("v",), {"↵", "a", "d", "?", "esc"}, {"t", "c"}),
    "menu": (("enter", "y"), {"?", "esc"}, {"t", "c"}),
}
"""By screen: the keys that lead there, some that are listed, some that would do nothing there."""


@pytest.mark.parametrize("name", SCREENS)
async def test_help_lists_every_key_of_the_screen_once_and_none_that_does_nothing(orders, hopscope, name):
    pressed, known, unknown = SCREENS[name]
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as person:
        await person.keys(*pressed, "question_mark")

        assert isinstance(person.screen, HelpScreen)
        lines = str(person.screen.query_one("#help-keys", Static).content).splitlines()
        keys = [line.split()[0] for line in lines if line.startswith("  ")]
        assert len(keys) == len(set(keys))
        assert known <= set(keys)
        assert unknown.isdisjoint(keys)

        await person.keys("question_mark")
        assert not isinstance(person.screen, HelpScreen)
