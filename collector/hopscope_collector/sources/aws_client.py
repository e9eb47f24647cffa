"""How sources ask AWS: no request waits for ever. AWS_ENDPOINT_URL and the other usual variables hold."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from hopscope_collector.errors import SourceFailed
from hopscope_collector.sources.aws_errors import in_our_words

ANSWER_S = 15
"""How long a request may take. AWS ends its own searches sooner."""

ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=ANSWER_S)
"""`Patience` tries again: it stops when told to, and says what it waits for."""

_AT_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn")


def region_set() -> str | None:
    """`AWS_REGION`, which the AWS CLI and Lambda know and boto3 does not. None: what boto3 finds elsewhere."""
    return os.environ.get("AWS_REGION") or None


@contextmanager
def _saying_what_is_no_url(words: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise SourceFailed(
            f"{words}: {error}; expected AWS_ENDPOINT_URL to be one, as http://127.0.0.1:4566"
        ) from error


def client_of(
    service: str, words: str, *, region: str | None = None, config: Config | None = None
) -> tuple[Any, str | None]:
    """A client of boto3, and its endpoint when that is not AWS's own.

    Raises:
        SourceFailed: no region, or no URL, said of what `words` name.
    """
    with in_our_words(words), _saying_what_is_no_url(words):
        client: Any = boto3.client(service, region_name=region or region_set(), config=config or ONE_TRY)
    url = str(client.meta.endpoint_url)
    return client, None if (urlsplit(url).hostname or "").endswith(_AT_AWS) else url
