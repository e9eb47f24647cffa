"""Puts what was made into a file that only its owner may read."""

import os
import tempfile
from pathlib import Path

from hopscope_collector.errors import InputError


class NotWritable(InputError):
    """The file cannot be made where it was asked for."""


def write_private(path: Path, text: str) -> None:
    """Write the whole file or leave what was there: mode 0600, whatever the umask and the file before.

    Raises:
        NotWritable: the folder is missing, nothing may be written there, or there is something that is no file.
    """
    if path.exists() and not path.is_file():  # to replace /dev/null would take it from everybody
        raise NotWritable(f"{path} is no plain file; expected one, or a name that is free, or - for standard output")
    folder = path.parent
    temporary: str | None = None
    try:
        number, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=folder)  # made with mode 0600
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        expected = "expected a file in a folder that exists and may be written to"
        raise NotWritable(f"cannot write {path}: {error.strerror or error}; {expected}") from error
