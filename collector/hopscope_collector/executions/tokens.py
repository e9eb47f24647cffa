"""Task tokens are secrets: whoever holds one can end the task. They are hashed to join, and shown nowhere (pure).

A token is known by what AWS's tokens look like, or by the key it stands under: `TaskToken`, and in the parameters of a
task that waits for a callback every key with `token` in it. JSON in a string, and JSON in that, is read too.
"""

import re
from collections.abc import Iterable
from hashlib import sha256

_QUOTE = r"(?:\\*[\"'])"
_NAMED = re.compile(rf"(?i){_QUOTE}task[_-]?token{_QUOTE}\s*:\s*{_QUOTE}([^\"'\\]{{4,}})")
_ANY_TOKEN = re.compile(rf"(?i){_QUOTE}[a-z_.-]*token{_QUOTE}\s*:\s*{_QUOTE}([^\"'\\]{{4,}})")
_LOOKS_LIKE_ONE = re.compile(r"(?<![A-Za-z0-9+/])A[AQ][A-D]A[A-Za-z0-9+/]{96,}={0,2}")

_LEAST_CHARS = 100
"""Of a token of AWS's: shorter texts need not be looked at."""

_MARK = "[task token "


def tokens_in(text: str, *, is_callback: bool = False) -> frozenset[str]:
    """The task tokens in a payload.

    Args:
        text: JSON as AWS records it, or any text.
        is_callback: whether it is the parameters of a task that waits for one, where every `…token` is taken for one.
    """
    named = (_ANY_TOKEN if is_callback else _NAMED).findall(text) if "oken" in text or "OKEN" in text else []
    found = _LOOKS_LIKE_ONE.findall(text) if len(text) >= _LEAST_CHARS else []
    return frozenset([*(name for name in named if not name.startswith("$")), *found])


def token_hash(token: str) -> str:
    """SHA-256 of a token, as 64 hex digits: the same on both sides of a callback."""
    return sha256(token.encode(errors="surrogatepass")).hexdigest()


class Redactor:
    """Takes the task tokens of one execution out of its texts."""

    def __init__(self, tokens: Iterable[str] = ()) -> None:
        known = {token for token in tokens if not _LOOKS_LIKE_ONE.fullmatch(token)}
        self._known = sorted(known, key=lambda token: (-len(token), token))
        """Only those that cannot be told by their looks; the longest first, should one hold another."""

    def __call__(self, text: str) -> str:
        """The text with the first digits of its hash in the place of each token."""
        for token in self._known:
            text = text.replace(token, _stand_in(token))
        if len(text) >= _LEAST_CHARS:
            text = _LOOKS_LIKE_ONE.sub(lambda found: _stand_in(found[0]), text)
        return _NAMED.sub(_named, text) if "oken" in text or "OKEN" in text else text

    def maybe(self, text: str | None) -> str | None:
        """The same for a text that may be missing."""
        return None if text is None else self(text)


def _named(found: re.Match[str]) -> str:
    token = found[1]
    return found[0] if token.startswith(("$", _MARK)) else found[0].replace(token, _stand_in(token))


def _stand_in(token: str) -> str:
    return f"{_MARK}{token_hash(token)[:12]}]"
