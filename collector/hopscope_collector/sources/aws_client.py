"""How sources ask AWS: no request waits for ever. AWS_ENDPOINT_URL and the other usual variables hold."""

from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from hopscope_collector.sources.aws_errors import in_our_words

ANSWER_S = 15
"""How long a request may take. AWS ends its own searches sooner."""

ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=ANSWER_S)
"""`Patience` tries again: it stops when told to, and says what it waits for."""

_AT_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn")


def client_of(
    service: str, words: str, *, region: str | None = None, config: Config | None = None
) -> tuple[Any, str | None]:
    """A client of boto3, and its endpoint when that is not AWS's own.

    Raises:
        SourceFailed: no region or no credentials, said of what `words` name.
    """
    with in_our_words(words):
        client: Any = boto3.client(service, region_name=region, config=config or ONE_TRY)
    url = str(client.meta.endpoint_url)
    return client, None if (urlsplit(url).hostname or "").endswith(_AT_AWS) else url
