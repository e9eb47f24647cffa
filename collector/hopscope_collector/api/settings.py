"""Where to listen, who may come, and how much they may (pure but for reading the token).

    on loopback      a token is optional, connections are plain unless a certificate is given
    anywhere else    a token is demanded

The token comes from the file that `HOPSCOPE_TOKEN_FILE` names or from `HOPSCOPE_TOKEN`; never from the command line,
which every user of the machine can read.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hopscope_collector.errors import InputError

TOKEN = "HOPSCOPE_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_FILE = "HOPSCOPE_TOKEN_FILE"  # noqa: S105 - the name of a variable

SHORTEST_TOKEN_CHARS = 16
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+\Z")
"""What RFC 6750 lets stand after `Bearer`."""

_ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<host>[A-Za-z0-9.-]*)):(?P<port>[0-9]{1,5})\Z")


class CannotListen(InputError):
    """The address, the token or the certificate will not do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken from strangers and friends alike."""

    body_bytes: int = 16 << 20
    """Of one request, as it travels."""

    unpacked_bytes: int = 64 << 20
    """Of one request, decompressed."""

    held_bytes: int = 64 << 20
    """Bodies in memory, over all requests; one more is asked to come again."""

    waiting_writes: int = 256
    """Requests that wait for the one writer."""

    waiting_queries: int = 64
    """Queries that run or wait."""

    query_s: float = 10.0
    """What one query may take before it is told to ask for less."""

    requests_per_s: float = 1_000.0
    """From one address, on average."""

    requests_at_once: int = 2_000
    """From one address, in a burst."""

    wrong_tokens_per_s: float = 1.0
    """From one address, after the first ten."""

    connections: int = 512
    listeners: int = 64
    """Readers of `/v1/changes` that stay connected."""

    handshake_s: float = 10.0
    """Until a TLS handshake is over."""

    request_s: float = 30.0
    """Until a request has arrived whole."""

    unread_s: float = 20.0
    """That an answer may lie unread."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One place to listen at."""

    host: str
    port: int
    token: str | None = field(default=None, repr=False)
    certificate: Path | None = None
    key: Path | None = None
    limits: Limits = field(default_factory=Limits)

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine can reach it."""
        return is_loopback(self.host)

    @property
    def url(self) -> str:
        """As a client writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"


def settings_of(
    address: str, environment: Mapping[str, str], certificate: Path | None = None, key: Path | None = None
) -> Settings:
    """What `--listen HOST:PORT` and the environment ask for.

    Raises:
        CannotListen: the address is none, a token is missing or bad, or a certificate has no key.
    """
    match = _ADDRESS.match(address)
    if match is None or int(match["port"]) > 65_535:
        raise CannotListen(f"--listen {address!r} is no address; expected HOST:PORT, such as 127.0.0.1:4318 or [::1]:0")
    if (certificate is None) != (key is None):
        raise CannotListen("one of --tls-cert and --tls-key is missing; expected both, as PEM files, or neither")
    host = match["v6"] or match["host"] or "127.0.0.1"
    token = token_of(environment)
    if token is None and not is_loopback(host):
        raise CannotListen(
            f"--listen {address} can be reached from other machines and no token is set; "
            f"expected one in the file that {TOKEN_FILE} names, or in {TOKEN}; or listen at 127.0.0.1"
        )
    return Settings(host, int(match["port"]), token, certificate, key)


def token_of(environment: Mapping[str, str]) -> str | None:
    """The token, checked; None when none is set. No message ever quotes it.

    Raises:
        CannotListen: it cannot be read, or is too short to keep anybody out.
    """
    file, given = environment.get(TOKEN_FILE), environment.get(TOKEN)
    if file:
        try:
            given = Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise CannotListen(f"{TOKEN_FILE}={file} cannot be read ({why}); expected a file with the token") from None
    token = (given or "").strip()
    where = TOKEN_FILE if file else TOKEN
    if not token:
        if file or given:
            raise CannotListen(f"{where} holds no token; expected at least {SHORTEST_TOKEN_CHARS} characters")
        return None
    if len(token) < SHORTEST_TOKEN_CHARS or not _TOKEN.match(token):
        raise CannotListen(
            f"{where} holds a token of {len(token)} characters that will not do; expected at least "
            f"{SHORTEST_TOKEN_CHARS} of A-Z a-z 0-9 . _ ~ + / = -; make one with: openssl rand -hex 32"
        )
    return token


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine and no other."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
