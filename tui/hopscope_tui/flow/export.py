"""What is seen, as a file that others can open: its formats, its name (a rim: writes the file)."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from hopscope_collector.documented.contract_version import CONTRACT_VERSION
from hopscope_collector.documented.flow_json import flow_json
from hopscope_collector.executions.as_json import execution_as_json
from hopscope_collector.executions.model import Execution
from hopscope_collector.export.file import write_private
from hopscope_collector.flow import Flow
from hopscope_collector.shape.summary import key_of

FOLDER_VARIABLE = "HOPSCOPE_EXPORT_DIR"
_NAME_CHARACTERS = 60
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

Render = Callable[[Flow, Sequence[Execution], int], str]


class Format(NamedTuple):
    """A way to write a flow down."""

    label: str
    suffix: str
    says: str
    render: Render


def file_for(flow: Flow, suffix: str, folder: Path) -> Path:
    """A file named after the flow that is not there yet: `hopscope-o-42.html`, `hopscope-o-42-2.html`."""
    called = "".join(each if each in _PLAIN else "_" for each in key_of(flow)[:_NAME_CHARACTERS])
    numbers = (f"-{number}" if number > 1 else "" for number in count(1))
    names = (folder / f"hopscope-{called}{number}{suffix}" for number in numbers)
    return next(path for path in names if not path.exists())


def export(flow: Flow, text: str, suffix: str, folder: Path) -> Path:
    """Write it, for its owner alone to read, and say where; a folder that is missing is made.

    Raises:
        NotWritable: nothing may be written there.
    """
    with suppress(OSError):  # whatever is wrong with the folder is said of the file
        folder.mkdir(parents=True, exist_ok=True)
    path = file_for(flow, suffix, folder)
    write_private(path, text)
    return path


def _html(flow: Flow, executions: Sequence[Execution], now_us: int) -> str:
    from hopscope_collector.export.page import page_of

    return page_of(flow, now_us, executions)


def _svg(flow: Flow, _executions: Sequence[Execution], now_us: int) -> str:
    from hopscope_collector.export.svg import svg_of

    return svg_of(flow, now_us)


def _mermaid(flow: Flow, _executions: Sequence[Execution], now_us: int) -> str:
    from hopscope_collector.export.mermaid import mermaid_lines

    return "\n".join(mermaid_lines(flow, now_us)) + "\n"


def _json(flow: Flow, executions: Sequence[Execution], _now_us: int) -> str:
    details = [execution_as_json(each) for each in executions]
    return json.dumps({"hopscope": CONTRACT_VERSION, "flow": {**flow_json(flow), "execution_details": details}}) + "\n"


FORMATS = (
    Format("HTML", ".html", "one page for a browser: graph, waterfall, sequence, table", _html),
    Format("SVG", ".svg", "the graph as a picture", _svg),
    Format("Mermaid", ".mmd", "a sequence diagram for Markdown", _mermaid),
    Format("JSON", ".json", "everything, as `hopscope show --json` prints it", _json),
)
