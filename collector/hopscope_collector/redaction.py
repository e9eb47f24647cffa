"""What looks like a secret, out of what leaves (pure).

The layer redacts payloads before they are recorded. Error messages, keys and names are recorded as they are: what
leaves is looked through once more.

    Authorization: Bearer eyJhbGciOi…   Authorization: [redacted]        postgres://u:pw@db   postgres://[redacted]@db
    {"password":"hunter2"}              {"password":"[redacted]"}        AKIAIOSFODNN7EXAMPLE [redacted aws-key]
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from hopscope_collector.flow import Failure, Flow, Hop, Send, Wait

PRIVATE_NAMES = (
    "password", "passwd", "passphrase", "pwd", "secret", "token", "authorization", "auth_", "cookie", "apikey",
    "api_key", "api-key", "access_key", "accesskey", "private_key", "privatekey", "credential", "session_id",
    "signature", "cvv", "cvc", "iban", "card_number", "cardnumber",
)  # fmt: skip
"""A member whose name, in lower case, contains one of these is private whatever it holds."""

REDACTED = "[redacted]"
"""What stands for a member with a private name."""

_SERVICE_KEYS = (
    r"gh[oprsu]_[A-Za-z0-9]{20,255}", r"github_pat_[A-Za-z0-9_]{20,255}", r"glpat-[A-Za-z0-9_-]{20,255}",
    r"[prs]k_(?:live|test)_[A-Za-z0-9]{10,255}", r"xox[abeprs]-[A-Za-z0-9-]{10,255}", r"AIza[A-Za-z0-9_-]{35}",
)  # fmt: skip
"""GitHub's, GitLab's, Stripe's, Slack's and Google's: each says by its beginning what it is."""

_MOST_SEARCHED = 20_000
_VALUES = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("jwt", r"\beyJ[A-Za-z0-9_-]{5,4096}\.[A-Za-z0-9_-]{5,4096}(?:\.[A-Za-z0-9_-]{0,4096})?"),
        ("aws-key", r"\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{16}\b"),
        ("bearer", r"(?i)\b(?:bearer|basic)\s{1,8}[A-Za-z0-9._~+/=-]{8,4096}"),
        ("url-credentials", r"(?<=://)[^/\s:@\"']{1,256}:[^/\s@\"']{1,256}(?=@)"),
        (
            "private-key",
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,16384}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?",
        ),
        ("service-key", rf"\b(?:{'|'.join(_SERVICE_KEYS)})"),
        ("email", r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"),
        ("card", r"(?<![\d.-])[2-6](?:[ -]?\d){12,18}(?![\d-])"),
    )
)
_NAMES = "|".join(map(re.escape, PRIVATE_NAMES))
_NAME = rf"(?is)((?:{_NAMES})[\w.-]{{0,40}}(?:\\{{0,3}}[\"'])?\s{{0,4}}[:=]\s{{0,4}})"
_QUOTED = re.compile(_NAME + r"(?P<quote>\\{0,3}[\"'])(?!\[redacted).{1,4096}?(?P=quote)")
_BARE = re.compile(_NAME + r"(?!\[redacted)[^\s\"'\\&,;}]{1,4096}")
"""A member within a text: name, separator, value; a quoted value ends with its quote."""


def without_secrets(text: str) -> str:
    """The text with every secret-looking part replaced by what it was."""
    shown = text[:_MOST_SEARCHED] + ("…" if len(text) > _MOST_SEARCHED else "")
    for kind, pattern in _VALUES:
        shown = pattern.sub(f"[redacted {kind}]" if kind != "card" else _card, shown)
    return _BARE.sub(r"\1[redacted]", _QUOTED.sub(r"\1\2[redacted]\2", shown))


def redacted(flow: Flow) -> Flow:
    """The same flow; ids, times and statuses stay, texts of people and of errors are looked through."""
    return replace(
        flow,
        hops=tuple(map(_hop, flow.hops)),
        sends=tuple(map(_send, flow.sends)),
        keys=members_without_secrets(flow.keys),
        correlation_id=text_without_secrets(flow.correlation_id),
        notes=tuple(map(without_secrets, flow.notes)),
        waits=tuple(map(_wait, flow.waits)),
        links=tuple(replace(link, detail=_detail(link.detail)) for link in flow.links),
    )


def _wait(wait: Wait) -> Wait:
    return replace(wait, after=without_secrets(wait.after), expected=without_secrets(wait.expected))


def members_without_secrets(members: Mapping[str, str]) -> dict[str, str]:
    """Named values: those with a private name are taken out whole."""
    return {name: REDACTED if is_private(name) else without_secrets(value) for name, value in members.items()}


def is_private(name: str) -> bool:
    """Whether what has the name is private whatever it holds."""
    return any(each in name.lower() for each in PRIVATE_NAMES)


def _hop(hop: Hop) -> Hop:
    return replace(
        hop,
        function=without_secrets(hop.function),
        name=text_without_secrets(hop.name),
        correlation_id=text_without_secrets(hop.correlation_id),
        keys=members_without_secrets(hop.keys),
        attributes=members_without_secrets(hop.attributes),
        error=failure_without_secrets(hop.error),
    )


def _send(send: Send) -> Send:
    return replace(
        send,
        name=text_without_secrets(send.name),
        source=text_without_secrets(send.source),
        destination=text_without_secrets(send.destination),
        keys=members_without_secrets(send.keys),
        error=failure_without_secrets(send.error),
    )


def failure_without_secrets(error: Failure | None) -> Failure | None:
    """The same error, its texts looked through."""
    return error and Failure(
        without_secrets(error.type), without_secrets(error.message), text_without_secrets(error.stack)
    )


def text_without_secrets(text: str | None) -> str | None:
    """The same for a text that may be missing."""
    return None if text is None else without_secrets(text)


def _detail(detail: str) -> str:
    """`customer=jane@example.com`: a key and its value."""
    name, equals, value = detail.partition("=")
    return f"{name}={members_without_secrets({name: value})[name]}" if equals else detail


def _card(match: re.Match[str]) -> str:
    """Only digits that pass Luhn's check are a card's: order numbers are as long."""
    digits = [int(each) for each in match[0] if each.isdecimal()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return "[redacted card]" if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else match[0]
