"""What an empty list says: why it is empty, and what to do next."""

from textual.content import Content
from textual.widgets import Static

from hopscope_tui.neutral import neutral
from hopscope_tui.sources.contract import Window

_UNFILTERED = """No flows in {name} yet.

Records come from the layer's log lines:

  hopscope collect logs:/aws/lambda/orders-     CloudWatch Logs of functions with the layer
  hopscope collect file:app.log                 a file, or - for stdin
  hopscope demo                                 a whole system here, with nothing to set up

They appear here as they arrive."""

_LOOKING = """Nothing so far that matches  {filter}

Older flows are being looked through; what fits appears here.

esc  leave the filter        /  change it        :  look an id up, whatever the filter"""

_FILTERED = """No flow matches  {filter}

esc  leave the filter        /  change it        :  look an id up, whatever the filter"""


class Nothing(Static):
    """Shown in place of the list while there is nothing in it."""

    def show(self, window: Window, filter_text: str, name: str) -> None:
        """Appear when there is nothing, vanish when there is something."""
        self.display = window.total == 0
        if filter_text:
            words = _FILTERED if window.is_total_known else _LOOKING
            self.update(Content(words.format(filter=neutral(filter_text))))
        else:
            self.update(Content(_UNFILTERED.format(name=neutral(name))))

    def say(self, text: str) -> None:
        """Other words; whether they are seen is the screen's to say."""
        self.update(Content(text))
