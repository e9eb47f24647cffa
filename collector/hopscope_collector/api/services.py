"""What the routes need, in one place, and how a route gets it."""

from dataclasses import dataclass

from starlette.requests import Request

from hopscope_collector.api.intake import Intake
from hopscope_collector.api.pulse import Pulse
from hopscope_collector.api.reading import Reading
from hopscope_collector.api.settings import Limits
from hopscope_collector.api.unpacking import unpacked


@dataclass(frozen=True, slots=True)
class Services:
    """Alive as long as the server."""

    intake: Intake
    reading: Reading
    pulse: Pulse
    limits: Limits


def services_of(request: Request) -> Services:
    """Those of the application that got the request."""
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


async def body_of(request: Request) -> "PackedBody":
    """The body as it came. It is unpacked in the writer's thread: one large body is unpacked at a time."""
    limit_bytes = services_of(request).limits.unpacked_bytes
    return PackedBody(await request.body(), request.headers.get("content-encoding", ""), limit_bytes)


@dataclass(frozen=True, slots=True)
class PackedBody:
    """A body that is still compressed."""

    raw: bytes
    encoding: str
    limit_bytes: int

    def unpack(self) -> bytes:
        """See `unpacked()`."""
        return unpacked(self.raw, self.encoding, self.limit_bytes)
