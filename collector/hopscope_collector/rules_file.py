"""Where the rules of a person lie: the first of these that exists.

    --rules FILE                  must exist
    HOPSCOPE_RULES                must exist
    hopscope.toml                 beside the store's file
    hopscope.toml                 in the working directory

The declared topology comes with them: what `--topology` or HOPSCOPE_TOPOLOGY names, else the files that `[topology]`
names, beside the rules, else `hopscope.topology.json` in the place where the rules are looked for. What a rule says of
a queue or a consumer goes before what is declared.

`hopscope flows`, `hopscope show` and the TUI all ask `rules_for()`, so they agree on every status.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hopscope_collector.rules import BadRules, Rules, rules_of
from hopscope_collector.topology.model import merged
from hopscope_collector.topology.queues import queues_of
from hopscope_collector.topology.read import BadTopology, topology_of

RULES_VARIABLE = "HOPSCOPE_RULES"
TOPOLOGY_VARIABLE = "HOPSCOPE_TOPOLOGY"
RULES_FILE = "hopscope.toml"
TOPOLOGY_FILE = "hopscope.topology.json"
_SQLITE = "sqlite:///"


def rules_for(rules_path: str | None = None, store_url: str | None = None, topology: Sequence[str] = ()) -> Rules:
    """The rules to read flows by; the defaults when no file is there.

    Args:
        rules_path: What `--rules` names.
        store_url: Rules may lie beside its file.
        topology: What `--topology` names; instead of the files that the rules name.

    Raises:
        BadRules: the file that was named cannot be read, or a rule in it is not understood.
        BadTopology: the same of a topology.
    """
    named = rules_path or os.environ.get(RULES_VARIABLE)
    path = Path(named) if named else _found(RULES_FILE, store_url)
    rules = Rules() if path is None else rules_of(_text_of(path, rules_path), str(path))
    asked = [*topology] or [each for each in os.environ.get(TOPOLOGY_VARIABLE, "").split(os.pathsep) if each]
    files = [Path(each) for each in asked] or [(path or Path()).parent / each for each in rules.topology_files]
    lying_there = _found(TOPOLOGY_FILE, store_url)
    return _with_topology(rules, files or ([lying_there] if lying_there else []))


def _with_topology(rules: Rules, files: Sequence[Path]) -> Rules:
    if not files:
        return rules
    declared = merged([topology_of(_declared(path), str(path)) for path in files])
    return replace(rules, topology=declared, queues={**queues_of(declared), **rules.queues})


def _declared(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTopology(
            f"cannot read the topology {path}: {_why(error)}; expected what `serverless hopscope topology` writes; "
            f"correct --topology, {TOPOLOGY_VARIABLE} or [topology] in hopscope.toml"
        ) from error


def _text_of(path: Path, rules_path: str | None) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        asked = "--rules" if rules_path else RULES_VARIABLE
        raise BadRules(f"cannot read the rules {path}: {_why(error)}; expected a TOML file; correct {asked}") from error


def _why(error: OSError | UnicodeDecodeError) -> str:
    """Without the path, which stands before it."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else f"it is no UTF-8 ({error.reason})"


def _found(file_name: str, store_url: str | None) -> Path | None:
    beside = Path(store_url.removeprefix(_SQLITE)).parent if store_url and store_url.startswith(_SQLITE) else None
    for folder in (beside, Path()):
        if folder is not None and (folder / file_name).is_file():
            return folder / file_name
    return None
