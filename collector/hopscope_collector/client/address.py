"""Where a collector is and how to talk to it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from hopscope_collector.api.settings import is_loopback, token_of
from hopscope_collector.errors import InputError

TIMEOUT_S = 30.0


class NotACollectorUrl(InputError):
    """The text is no address of a collector."""


@dataclass(frozen=True, slots=True)
class Address:
    """A checked URL and what every request brings."""

    url: httpx.URL
    headers: dict[str, str]
    mounts: Mapping[str, None]
    """For httpx: what goes past the proxies of the environment."""


_PAST_PROXIES = {"http://": None, "https://": None}
"""This machine is asked directly: a proxy elsewhere would read the token."""


def address_of(url: str, token: str | None) -> Address:
    """Where to ask, with the token given or that of the environment.

    Raises:
        NotACollectorUrl: it is no http(s) URL, or the token would travel in the clear to another machine.
        CannotListen: the token of the environment cannot be read.
    """
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise NotACollectorUrl(f"the URL of the collector is none ({error}); expected http://127.0.0.1:4318") from error
    if found.scheme not in ("http", "https") or not found.host or found.userinfo:
        raise NotACollectorUrl(
            f"the URL of a collector is http(s)://HOST:PORT without a name or token in it: {_of(found)}"
        )
    secret = token if token is not None else token_of(os.environ)
    is_here = is_loopback(found.host)
    if secret and found.scheme == "http" and not is_here:
        raise NotACollectorUrl(f"{_of(found)} would carry the token in the clear; expected https://")
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    return Address(found, headers, _PAST_PROXIES if is_here else {})


def _of(url: httpx.URL) -> str:
    """The URL without what may be secret in it."""
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace').rpartition('@')[2]}"


TIMEOUT = httpx.Timeout(TIMEOUT_S, connect=5.0)
STREAM_TIMEOUT = httpx.Timeout(TIMEOUT_S, connect=5.0, read=60.0)
"""A collector pings every 15 s: a minute without a word means that it is gone."""
