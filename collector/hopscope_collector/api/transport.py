"""Cuts connections that are too slow, and turns away those that are too many.

    a request that does not arrive whole in time      closed: a few bytes now and then would hold a place for ever
    an answer that nobody reads                       closed
    one connection too many                           503 and Retry-After, without reading anything

uvicorn times nothing but the pause between requests, so its protocol is given two more clocks.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from hopscope_collector.api.settings import Limits

_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-type: application/json\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n%b"
)
_TOO_MANY_BODY = b'{"hopscope":1,"error":{"type":"overloaded","message":"too many connections"}}'


class PatientProtocol(H11Protocol):
    """One connection. Made into a class with limits of its own by `protocol_with()`."""

    limits = Limits()

    _arriving: asyncio.TimerHandle | None = None
    """Runs while a request is on its way in."""

    _unread: asyncio.TimerHandle | None = None
    """Runs while an answer waits to be read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Let it in, and start its clock."""
        if len(self.connections) >= self.limits.connections:
            transport.write(_TOO_MANY % (len(_TOO_MANY_BODY), _TOO_MANY_BODY))
            transport.close()
            self.transport = transport
            self._is_turned_away = True
            return
        super().connection_made(transport)
        self._expect_request()

    _is_turned_away = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._stop_clocks()
        if not self._is_turned_away:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; the clock runs from the first byte of a request to its last."""
        if self._is_turned_away or self.transport.is_closing():
            return
        if self._arriving is None and self.conn.their_state is h11.IDLE:
            self._expect_request()
        super().data_received(data)
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._has_arrived()

    def on_response_complete(self) -> None:
        """A body that is still on its way when it was answered gets what is left of its time, and no more."""
        super().on_response_complete()
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._has_arrived()

    def pause_writing(self) -> None:
        """The peer does not read: give it some time."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.limits.unread_s, self._cut)

    def resume_writing(self) -> None:
        """It reads again."""
        _stop(self._unread)
        self._unread = None
        super().resume_writing()

    def _expect_request(self) -> None:
        self._arriving = self.loop.call_later(self.limits.request_s, self._cut)

    def _cut(self) -> None:
        self._stop_clocks()
        self.transport.abort()

    def _has_arrived(self) -> None:
        _stop(self._arriving)
        self._arriving = None

    def _stop_clocks(self) -> None:
        _stop(self._arriving)
        _stop(self._unread)
        self._arriving = self._unread = None


def protocol_with(limits: Limits) -> type[PatientProtocol]:
    """The protocol for one server."""
    return type("Protocol", (PatientProtocol,), {"limits": limits})


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
