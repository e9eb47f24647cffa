"""What is private, out of a payload before it is recorded. (pure)

By the name of a member, by the look of a value, and inside texts that hold JSON or base64. What is taken out leaves
its kind and, with a secret of the user's, a keyed hash: equal values stay comparable, none can be guessed back.
"""

import binascii
import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PRIVATE_NAMES = (
    "password", "passwd", "pwd", "secret", "token", "authorization", "auth_", "cookie", "apikey", "api_key", "api-key",
    "access_key", "accesskey", "private_key", "privatekey", "credential", "session", "signature", "cvv", "cvc", "pin_",
    "ssn", "iban", "card_number", "cardnumber",
)  # fmt: skip
"""A member whose name, in lower case, contains one of these is private whatever it holds."""

_VALUES = (
    ("jwt", r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,65536}\.[A-Za-z0-9_-]{5,65536}\.[A-Za-z0-9_-]{0,65536}"),
    ("aws-key", r"\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    ("bearer", r"(?i)\b(?:bearer|basic)\s{1,64}[A-Za-z0-9._~+/=-]{8,65536}"),
    ("url-credentials", r"(?<=://)[^/\s:@\"']{1,1024}:[^/\s@\"']{1,1024}(?=@)"),
    ("card", r"(?<![\d.-])[2-6](?:[ -]?\d){12,18}(?![\d-])"),
)
_EMAIL = ("email", r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,1024}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,63}")
_BASE64 = r"[A-Za-z0-9+/]{24,}={0,2}\Z"
_MAX_DEPTH = 24
_BLANK = "\ufeff \t\r\n"

_MEMBER = (
    r"(?is)((?:%s)[\w.%%\[\]-]{0,40}(?:\\{0,7}[\"'])?\s{0,8}[:=>]{1,2}\s{0,8}(?P<quote>\\{0,7}[\"'])?)"
    r"((?(quote).{0,65536}?(?=(?<!\\)(?P=quote)|\Z)"
    r"|(?:(?!\[redacted )[\[{].{1,65536}|(?:(?<=:)|(?<=: ))[^\r\n]{1,65536}"
    r"|(?:\[redacted [^\]]{1,40}\])?[^\s&<]{1,65536})))"
)
"""A member of a text that is no JSON (a form, a header, lines of JSON, JSON that was cut): name, then value.

The value ends with its quote (of the same depth of escaping), a header with its line, a form's with `&`. Where an
object begins all the rest is taken. Every part is bounded and the last cannot fail: the time is linear.
"""

MAX_SEARCHED_CHARS = 65_536
"""A text is searched up to here, what follows is dropped."""


class Redactor:
    """Redacts payloads by one set of settings; its patterns are compiled once."""

    __slots__ = ("_base64", "_member_in_text", "_names", "_patterns", "_secret")

    def __init__(self, names: "list[str]", secret: str, *, with_email: bool) -> None:
        self._names = (*PRIVATE_NAMES, *[name.lower() for name in names])
        self._secret = secret.encode()[:64]
        values = (*_VALUES, _EMAIL) if with_email else _VALUES
        self._patterns = [(kind, re.compile(pattern)) for kind, pattern in values]
        self._base64 = re.compile(_BASE64)
        self._member_in_text = re.compile(_MEMBER % "|".join([re.escape(name) for name in self._names]))

    def text(self, payload: object) -> str:
        """The payload as text without what is private: JSON stays JSON, other text stays text."""
        if isinstance(payload, str):
            return self._text(payload, 0)
        return json.dumps(self._value(payload, 0), separators=(",", ":"), default=str)

    def _value(self, value: object, depth: int) -> object:
        if depth > _MAX_DEPTH:
            return "[redacted depth]"
        if isinstance(value, dict):
            return {name: self._member(name, each, depth) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._value(each, depth + 1) for each in value]
        if isinstance(value, str):
            return self._text(value, depth + 1)
        if isinstance(value, int) and not isinstance(value, bool) and value > 10**11:
            shown = self._text(str(value), depth)
            return value if shown == str(value) else shown
        return value

    def _member(self, name: object, value: object, depth: int) -> object:
        lowered = str(name).lower()
        if value is not None and any(private in lowered for private in self._names):
            return self._mark("member", value if isinstance(value, str) else json.dumps(value, default=str))
        return self._value(value, depth + 1)

    def _text(self, text: str, depth: int) -> str:
        if depth > _MAX_DEPTH:
            return "[redacted depth]"
        bare = text.lstrip(_BLANK)
        if bare[:1] in ("{", "[", '"'):
            found = _parsed(bare)
            if found is not None:
                return json.dumps(self._value(found, depth + 1), separators=(",", ":"), ensure_ascii=False)
        if self._base64.match(text):
            decoded = _decoded(text)
            if decoded is not None:
                shown = self._text(decoded, depth + 1)
                return text if shown == decoded else binascii.b2a_base64(shown.encode(), newline=False).decode()
        text = text[:MAX_SEARCHED_CHARS]
        for kind, pattern in self._patterns:
            text = pattern.sub(self._replacing(kind), text)
        return self._member_in_text.sub(lambda match: match[1] + self._mark("member", match[3]), text)

    def _replacing(self, kind: str) -> "Callable[[re.Match[str]], str]":
        def replace(match: "re.Match[str]") -> str:
            if kind == "card" and not is_card_number(match[0]):
                return match[0]
            return self._mark(kind, match[0])

        return replace

    def _mark(self, kind: str, value: str) -> str:
        if not self._secret:
            return f"[redacted {kind}]"
        from _blake2 import blake2b

        digest = blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8, key=self._secret).hexdigest()
        return f"[redacted {kind} {digest}]"


def is_card_number(text: str) -> bool:
    """Whether the digits of a text pass Luhn's check."""
    digits = [int(each) for each in text if each.isdecimal()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _decoded(text: str) -> "str | None":
    try:
        decoded = binascii.a2b_base64(text).decode("utf-8")
    except ValueError:
        return None
    return decoded if "".join(decoded.lstrip(_BLANK).split()).isprintable() or decoded[:1] in ("{", "[") else None
