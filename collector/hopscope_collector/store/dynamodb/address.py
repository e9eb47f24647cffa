"""The URL of a table (pure).

dynamodb://hopscope?region=eu-west-1             a table of an account, by the credentials of the environment
dynamodb://hopscope?region=eu-west-1&days=30     what is written now is gone after 30 days
dynamodb://hopscope?endpoint=http://127.0.0.1:4566
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from hopscope_collector.errors import NotAStoreUrl

SCHEME = "dynamodb://"

MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Address:
    """Where the table is, and how long it keeps what is written."""

    table: str

    region: str | None = None
    """None for the one of the environment or the profile."""

    endpoint: str | None = None
    """None for AWS, or for `AWS_ENDPOINT_URL_DYNAMODB`."""

    days: int | None = None
    """How long records are kept after their invocation started. None for ever."""


def address_of(url: str) -> Address:
    """What the URL says.

    Raises:
        NotAStoreUrl: it says something else, or too much.
    """
    table, _, query = url.removeprefix(SCHEME).partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    unknown = given.keys() - {"region", "endpoint", "days"}
    if not url.startswith(SCHEME) or not table.strip("/"):
        raise NotAStoreUrl(f"{url!r} names no table; expected {SCHEME}TABLE?region=REGION")
    if unknown:
        raise NotAStoreUrl(f"{url!r}: {min(unknown)!r} is none of region, endpoint, days")
    return Address(table.strip("/"), given.get("region") or None, given.get("endpoint") or None, _days(url, given))


def _days(url: str, given: dict[str, str]) -> int | None:
    days = given.get("days")
    if not days:
        return None
    if not days.isdecimal() or not 1 <= int(days) <= MOST_DAYS:
        raise NotAStoreUrl(f"{url!r}: days={days} is not a whole number from 1 to {MOST_DAYS}")
    return int(days)
