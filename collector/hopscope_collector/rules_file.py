"""Where the rules of a person lie: the first of these that exists.

    --rules FILE                  must exist
    HOPSCOPE_RULES                must exist
    hopscope.toml                 beside the store's file
    hopscope.toml                 in the working directory

`hopscope flows`, `hopscope show` and the TUI all ask `rules_for()`, so they agree on every status.
"""

import os
from pathlib import Path

from hopscope_collector.rules import BadRules, Rules, rules_of

RULES_VARIABLE = "HOPSCOPE_RULES"
RULES_FILE = "hopscope.toml"
_SQLITE = "sqlite:///"


def rules_for(rules_path: str | None = None, store_url: str | None = None) -> Rules:
    """The rules to read flows by; the defaults when no file is there.

    Raises:
        BadRules: the file that was named cannot be read, or a rule in it is not understood.
    """
    named = rules_path or os.environ.get(RULES_VARIABLE)
    path = Path(named) if named else _found(store_url)
    if path is None:
        return Rules()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        asked = "--rules" if rules_path else RULES_VARIABLE
        raise BadRules(f"cannot read the rules {path}: {error}; expected a TOML file; correct {asked}") from error
    return rules_of(text, str(path))


def _found(store_url: str | None) -> Path | None:
    beside = Path(store_url.removeprefix(_SQLITE)).parent if store_url and store_url.startswith(_SQLITE) else None
    for folder in (beside, Path()):
        if folder is not None and (folder / RULES_FILE).is_file():
            return folder / RULES_FILE
    return None
