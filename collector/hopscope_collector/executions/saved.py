"""Saved histories, read from files as people have them."""

import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import BinaryIO

from hopscope_collector.executions.errors import NotAHistory
from hopscope_collector.executions.history import History, histories_in

_GZIP = b"\x1f\x8b"
_ENCODINGS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
"""PowerShell's `>` writes UTF-16."""

MOST_BYTES = 1 << 30
"""A history of 25,000 events with full payloads is far below; a gzip bomb is above."""


def executions_from_file(file: BinaryIO) -> tuple[History, ...]:
    """Every execution in a file, plain or gzip.

    Raises:
        NotAnExecution: when it holds none, or one that cannot be read.
        OSError: when the file cannot be read.
    """
    return histories_in(text_of(file))


def text_of(file: BinaryIO) -> str:
    """The text of a file, plain or gzip, in UTF-8 or UTF-16.

    Raises:
        NotAHistory: when it is no text.
        OSError: when the file cannot be read.
    """
    content = file.read(MOST_BYTES + 1)
    if content.startswith(_GZIP):
        content = _unpacked(content)
    if len(content) > MOST_BYTES:
        raise NotAHistory("more than a gigabyte")
    encoding = next((name for mark, name in _ENCODINGS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise NotAHistory("bytes that are no text") from None


def _unpacked(content: bytes) -> bytes:
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        return unpack.decompress(content, MOST_BYTES + 1)
    except zlib.error:
        raise NotAHistory("a damaged gzip file") from None
