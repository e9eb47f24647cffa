"""What can go wrong with a collector over HTTP.

ClientError                 (a CollectorError: exit code 1)
├── Unreachable             no answer, however often it was tried
├── NotAnAnswer             something answered, but no collector of this version
└── ApiError                it answered with an error: `type`, `given`, `expected`, `do`
    ├── NoSuchFlow          nothing is known by the id
    ├── SeveralFlows        the id names several: `candidates`
    └── NotTaken            it refused or could not: too large, overloaded, no token, …
"""

from collections.abc import Mapping

from hopscope_collector.errors import CollectorError


class ClientError(CollectorError):
    """Root of what a client raises, but for `BadFilter`."""


class Unreachable(ClientError):
    """Nobody answered."""


class NotAnAnswer(ClientError):
    """What answered speaks another language."""


class ApiError(ClientError):
    """The collector said no."""

    def __init__(self, status: int, error: Mapping[str, object]) -> None:
        said = [str(error.get("message", "refused"))]
        said += [f"expected {error['expected']}"] if error.get("expected") else []
        said += [str(error["do"])] if error.get("do") else []
        super().__init__("; ".join(said))
        self.status = status
        self.type = str(error.get("type", "unknown"))
        self.given = error.get("given")
        self.expected = error.get("expected")
        self.do = error.get("do")
        self.more = error


class NoSuchFlow(ApiError):
    """Nothing is known by the id."""


class SeveralFlows(ApiError):
    """The id names several flows."""

    @property
    def candidates(self) -> tuple[str, ...]:
        """Their ids, the newest twenty."""
        found = self.more.get("candidates")
        return tuple(map(str, found)) if isinstance(found, list) else ()


class NotTaken(ApiError):
    """The request was not done."""
