"""Who may come in: the first thing that sees a request.

is the request what it seems?        no second Host, no Content-Length beside Transfer-Encoding     400
did a page in a browser send it?     Host is this machine's, Origin is our own or absent            403
is it one too many?                  so many a second from one address                              429
does it bring the token?             compared in constant time, wrong ones are counted              401, 429
is its body too large, or too much with all others that are being read?                             413, 503
"""

import hmac
import math
from collections.abc import Callable
from hashlib import sha256
from typing import Literal

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hopscope_collector.api.refusals import RefusedError, answer_to, overloaded, too_large
from hopscope_collector.api.settings import Settings, is_loopback

ADDRESSES_KEPT = 10_000
"""Addresses that a limiter remembers; the one that was seen longest ago is forgotten first."""

FREE_WRONG_TOKENS = 10
OPEN_PATHS = frozenset({"/v1/health"})

_HARDENING: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Rates:
    """How often each address may do something: a bucket that fills steadily. Used by the event loop alone."""

    def __init__(self, per_s: float, at_once: int, clock: Callable[[], float]) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, address: str, cost: Literal[0, 1] = 1) -> int:
        """0 when it may, and then it has; else the seconds until it may. A cost of 0 only asks."""
        now = self._clock()
        left, at = self._buckets.pop(address, (float(self._at_once), now))
        left = min(float(self._at_once), left + (now - at) * self._per_s)
        may = left >= 1
        self._buckets[address] = (left - cost if may else left, now)
        if len(self._buckets) > ADDRESSES_KEPT:
            del self._buckets[next(iter(self._buckets))]
        return 0 if may else max(1, math.ceil((1 - left) / self._per_s))


class Gate:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Callable[[], float]) -> None:
        self._app = app
        self._settings = settings
        limits = settings.limits
        self._requests = Rates(limits.requests_per_s, limits.requests_at_once, clock)
        self._wrong_tokens = Rates(limits.wrong_tokens_per_s, FREE_WRONG_TOKENS, clock)
        self._token_digest = sha256(settings.token.encode()).digest() if settings.token else None
        self._held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check(scope, headers)
        except RefusedError as refusal:
            await answer_to(refusal, scope["path"], headers)(scope, receive, _hardened(send))
            return
        body = _Body(self, receive, self._settings.limits.body_bytes)
        try:
            await self._app(scope, body.receive, _hardened(send))
        finally:
            self._held_bytes -= body.read_bytes

    def hold(self, more_bytes: int) -> None:
        """Take part of a body into memory, or refuse."""
        if self._held_bytes + more_bytes > self._settings.limits.held_bytes:
            raise overloaded("too many large requests are being read at once", closes=True)
        self._held_bytes += more_bytes

    def _check(self, scope: Scope, headers: Headers) -> None:
        self._check_form(headers)
        self._check_browser(headers)
        address = scope["client"][0] if scope.get("client") else ""
        wait_s = self._requests.wait_s(address)
        if wait_s:
            raise _too_often("too many requests from your address", wait_s)
        if scope["path"] not in OPEN_PATHS:
            self._check_token(headers, address)

    def _check_form(self, headers: Headers) -> None:
        lengths, hosts = headers.getlist("content-length"), headers.getlist("host")
        if "transfer-encoding" in headers and lengths:
            raise _odd("Content-Length stands beside Transfer-Encoding", "one of them")
        if len(hosts) != 1:
            raise _odd(f"{len(hosts)} Host headers", "one")
        if len(lengths) > 1 or (lengths and not (lengths[0].isascii() and lengths[0].isdigit())):
            raise _odd("Content-Length is no number", "one whole number")
        if lengths and int(lengths[0]) > self._settings.limits.body_bytes:
            raise too_large(self._settings.limits.body_bytes)

    def _check_browser(self, headers: Headers) -> None:
        """A page from anywhere can make a browser on this machine call us: by name (rebinding), or without reading.

        With a token the name does not matter: no browser knows the token.
        """
        host = headers["host"]
        if self._token_digest is None and not is_loopback(_name_of(host)):
            raise RefusedError(
                403, "wrong_host", "the Host header names another machine", host,
                expected="localhost, 127.0.0.1 or [::1], or a token", closes=True,
            )  # fmt: skip
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2].lower() != host.lower():
            raise RefusedError(
                403, "wrong_origin", "the request comes from a page of another site", origin,
                expected="no Origin header, or our own", closes=True,
            )  # fmt: skip

    def _check_token(self, headers: Headers, address: str) -> None:
        if self._token_digest is None:
            return
        wait_s = self._wrong_tokens.wait_s(address, cost=0)
        if wait_s:
            raise _too_often("too many wrong tokens from your address", wait_s)
        kind, _, given = headers.get("authorization", "").partition(" ")
        digest = sha256(given.strip().encode("latin-1", "replace")).digest()
        if kind.lower() != "bearer" or not hmac.compare_digest(digest, self._token_digest):
            self._wrong_tokens.wait_s(address)
            raise RefusedError(
                401, "no_token" if not given else "wrong_token",
                "no token came with the request" if not given else "the token is not ours",
                expected="Authorization: Bearer TOKEN", do="ask whoever started this collector for its token",
                closes=True,
            )  # fmt: skip


class _Body:
    """Counts what is read of one request's body."""

    __slots__ = ("_gate", "_limit_bytes", "_receive", "read_bytes")

    def __init__(self, gate: Gate, receive: Receive, limit_bytes: int) -> None:
        self._gate = gate
        self._receive = receive
        self._limit_bytes = limit_bytes
        self.read_bytes = 0

    async def receive(self) -> Message:
        """The next part, unless it is too much."""
        message = await self._receive()
        more_bytes = len(message.get("body", b""))
        if more_bytes:
            if self.read_bytes + more_bytes > self._limit_bytes:
                raise too_large(self._limit_bytes)
            self._gate.hold(more_bytes)
            self.read_bytes += more_bytes
        return message


def _hardened(send: Send) -> Send:
    async def send_hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_HARDENING]
        await send(message)

    return send_hardened


def _name_of(host: str) -> str:
    """The name or address in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host


def _odd(what: str, expected: str) -> RefusedError:
    return RefusedError(400, "odd_request", what, expected=expected, closes=True)


def _too_often(what: str, wait_s: int) -> RefusedError:
    return RefusedError(429, "too_often", what, do=f"wait {wait_s} s", retry_after_s=wait_s, closes=True)
