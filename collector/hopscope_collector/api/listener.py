"""Serves the API from a thread of its own, beside whatever else collects.

The address is bound before anything starts, so that a port that is taken is said at once. Nothing is logged of a
request: its address, path and headers may hold what is private.
"""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self

import uvicorn

from hopscope_collector.api.app import application
from hopscope_collector.api.intake import Intake
from hopscope_collector.api.pulse import Pulse
from hopscope_collector.api.reading import Reading
from hopscope_collector.api.services import Services
from hopscope_collector.api.settings import CannotListen, Settings
from hopscope_collector.api.transport import SPARE_CONNECTIONS, Door, PatientLoop, protocol_with
from hopscope_collector.ingest import Collected
from hopscope_collector.rules import Rules
from hopscope_collector.store.contract import Store

WAITING_CONNECTIONS = 512
GIVE_UP_S = 5
"""Requests that are being answered get so long when the server stops."""


class Listener:
    """A server that runs while it is entered."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        open_to_read: Callable[[], Store],
        *,
        rules: Rules,
        say: Callable[[str], None],
        ended: Callable[[], object],
    ) -> None:
        """Binds the address; `ended` is called when the server has stopped, whyever.

        Raises:
            CannotListen: it is taken or not ours, or the certificate cannot be read.
        """
        self._settings = settings
        self._ended = ended
        self._intake = Intake(store, settings.limits.waiting_writes)
        self._reading = Reading(open_to_read, rules, settings.limits)
        self._socket = _bound(settings)
        self._pulse = Pulse(self._reading, settings.limits.listeners)
        services = Services(self._intake, self._reading, self._pulse, settings.limits)
        try:
            self._server = uvicorn.Server(_config(settings, application(settings, services, say)))
        except (OSError, ssl.SSLError) as error:
            self._socket.close()
            raise CannotListen(
                f"--tls-cert {settings.certificate} with --tls-key {settings.key} cannot be used ({error}); "
                "expected a certificate and its key as PEM"
            ) from error
        self._thread = threading.Thread(target=self._serve, name="hopscope-listen", daemon=True)
        self.failure: BaseException | None = None
        """What the server died of. None while it lives."""

    @property
    def url(self) -> str:
        """Where it answers: with the port that was chosen, when 0 was asked for."""
        host, port = self._socket.getsockname()[:2]
        return Settings(host, port, certificate=self._settings.certificate).url

    @property
    def collected(self) -> Collected:
        """What came in, summed."""
        return self._intake.collected

    @property
    def is_alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._pulse.end()
        self._thread.join()
        self._intake.close()
        self._reading.close()
        self._socket.close()

    def _serve(self) -> None:
        try:
            with asyncio.Runner(loop_factory=partial(PatientLoop, self._settings.limits.handshake_s)) as runner:
                runner.run(self._server.serve(sockets=[self._socket]))
        except BaseException as error:  # noqa: BLE001 - the thread's end is told to whoever waits
            self.failure = error
        finally:
            self._ended()


def _bound(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    made = Door(family, settings.limits.connections + SPARE_CONNECTIONS)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((settings.host, settings.port))
        made.listen(WAITING_CONNECTIONS)
    except OSError as error:
        made.close()
        why = error.strerror or str(error)
        raise CannotListen(f"cannot listen at {settings.host}:{settings.port} ({why}); expected a free port") from error
    made.setblocking(False)  # noqa: FBT003 - the socket's signature
    return made


def _config(settings: Settings, app: object) -> uvicorn.Config:
    _silence("uvicorn.error", "uvicorn.access", "uvicorn.asgi", "sse_starlette")
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application
        http=protocol_with(settings.limits),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GIVE_UP_S,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config


def _silence(*names: str) -> None:
    for name in names:
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
