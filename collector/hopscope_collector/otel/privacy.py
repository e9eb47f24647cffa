"""What of a span's attributes is not kept (pure): payloads, secrets, queries of URLs; and how much of the rest is.

Payloads are private by default, as with the layer: who exports them to another backend did not ask us to keep them.
"""

import re

MOST_ATTRIBUTES = 64
LONGEST_TEXT_CHARS = 1_024
LONGEST_OF_OURS_CHARS = 4_096
OURS = "hopscope."
"""Attributes that somebody wrote for us, keys and lists of refs among them: kept whole or not at all."""

_PAYLOADS = re.compile(
    r"(?:.*\.)?(?:body|payload|input|output|messages?\.content|prompt|completion|statement|query\.text|url\.query)"
    r"|(?:.*\.)?exception\.stacktrace|db\.query\.parameter\..*|gen_ai\.(?:input|output|prompt|completion|system_inst).*",
    re.IGNORECASE,
)
_SECRETS = re.compile(
    r"passw|secret|token|authorization|cookie|credential|api[._-]?key|private[._-]?key|session[._-]?id", re.IGNORECASE
)
_URLS = frozenset({"url.full", "http.url", "http.target", "url.path", "messaging.url"})


def kept_value(name: str, value: str) -> str | None:
    """The value as it is kept. None when nothing of it is."""
    if name.startswith(OURS):
        return value if len(value) <= LONGEST_OF_OURS_CHARS else None
    if _PAYLOADS.fullmatch(name) or _SECRETS.search(name):
        return None
    if name in _URLS:
        value = _without_user(value.partition("?")[0].partition("#")[0])
    return value if len(value) <= LONGEST_TEXT_CHARS else value[: LONGEST_TEXT_CHARS - 1] + "…"


def _without_user(url: str) -> str:
    """`https://name:word@host/` without name and word."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
