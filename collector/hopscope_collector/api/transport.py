"""Cuts connections that are too slow, and turns away those that are too many.

    a request that does not arrive whole in time      closed: a few bytes now and then would hold a place for ever
    an answer that nobody reads                       closed
    one connection too many                           503 and Retry-After, without reading anything
    a TLS handshake that is not over in time          closed
    very many handshakes at once                      closed before they begin

uvicorn times nothing but the pause between requests, so its protocol is given two more clocks. It sees a connection
only when its handshake is over, so what comes before is bounded by the listening socket and the event loop.
"""

import asyncio
import socket
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from hopscope_collector.api.settings import Limits

_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-type: application/json\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n%b"
)
_TOO_MANY_BODY = b'{"hopscope":1,"error":{"type":"overloaded","message":"too many connections"}}'

SPARE_CONNECTIONS = 64
"""More than the limit, so that who is turned away can be told so."""


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


class Door(socket.socket):
    """A listening socket that lets no more in than it was given room for, whatever state they are in."""

    def __init__(self, family: socket.AddressFamily, most: int) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._most = most
        self._inside: list[socket.socket] = []

    def accept(self) -> tuple[socket.socket, Any]:
        """As of every socket; one too many is closed, and asyncio goes on as if its peer had given up."""
        connection, address = super().accept()
        if len(self._inside) >= self._most:
            self._inside = [each for each in self._inside if each.fileno() != -1]
        if len(self._inside) >= self._most:
            connection.close()
            raise ConnectionAbortedError
        self._inside.append(connection)
        return connection, address


class PatientLoop(asyncio.SelectorEventLoop):
    """An event loop whose servers wait so long for a TLS handshake: uvicorn hands no time on."""

    def __init__(self, handshake_s: float) -> None:
        super().__init__()
        self._handshake_s = handshake_s

    async def create_server(self, *args: Any, **options: Any) -> asyncio.Server:
        """As of every loop."""
        if options.get("ssl") is not None:
            options["ssl_handshake_timeout"] = self._handshake_s
        return await super().create_server(*args, **options)


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
