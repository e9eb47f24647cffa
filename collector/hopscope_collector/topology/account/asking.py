"""Lists and describes through boto3, and goes on where an account does not allow it or does not answer."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from hopscope_collector.errors import SourceFailed

T = TypeVar("T")

AT_ONCE = 8
"""Describes in flight: an account has thousands of functions, and of each something is asked."""

PATIENT = Config(
    retries={"mode": "adaptive", "total_max_attempts": 8},
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=AT_ONCE,
)
"""AWS throttles lists and describes soon: botocore learns how many it takes."""

PAGE_SIZES = {"list_queues": 1_000}
"""SQS says that there is more only to those who say how much they take."""

_GONE = frozenset({"ResourceNotFoundException", "NotFoundException", "NotFound", "NoSuchBucket", "NoSuchEntity"})
"""What was deleted between listing and describing it, or never configured."""

_NOBODY = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}
    | {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignatureException"}
)
"""Whose credentials these are AWS does not know: it would say so to every call."""


@dataclass(slots=True)
class Account:
    """One account and region. Every call is a `List…`, `Get…` or `Describe…`."""

    session: boto3.Session
    unreadable: dict[str, str] = field(default_factory=dict)
    """The calls that were not possible, such as `pipes:ListPipes`, each with AWS's own words."""

    _clients: dict[str, Any] = field(default_factory=dict)
    _making: Lock = field(default_factory=Lock)
    _has_answered: bool = False
    _silent: set[str] = field(default_factory=set)
    """Services that do not answer, as where a region has none."""

    def each(self, service: str, operation: str, key: str, **given: Any) -> Iterator[Any]:
        """What an operation lists under `key`, page by page."""
        client = self._client(service)
        if not client.can_paginate(operation):
            yield from self._each_by_token(service, operation, key, given)
            return
        size = {"PaginationConfig": {"PageSize": PAGE_SIZES[operation]}} if operation in PAGE_SIZES else {}
        pages = iter(client.get_paginator(operation).paginate(**given, **size))
        while page := self._answer(service, operation, lambda: next(pages, None)):
            yield from page.get(key) or ()

    def one(self, service: str, operation: str, **given: Any) -> dict[str, Any]:
        """The answer of one call; empty when there is none, or when what it is about is gone."""
        call = getattr(self._client(service), operation)
        return self._answer(service, operation, lambda: call(**given)) or {}

    def all(self, describe: Callable[[Any], T], listed: Iterable[Any]) -> list[T]:
        """Each of them described, in their order, several at a time."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(describe, listed))

    def _each_by_token(self, service: str, operation: str, key: str, given: dict[str, Any]) -> Iterator[Any]:
        """As `each()`, where boto3 has no paginator."""
        page = self.one(service, operation, **given)
        yield from page.get(key) or ()
        while token := page.get("NextToken"):
            page = self.one(service, operation, **given, NextToken=token)
            yield from page.get(key) or ()

    def _client(self, service: str) -> Any:
        with self._making:  # a session is not for several threads
            if service not in self._clients:
                client: Any = self.session.client  # one overload a service: the name is a value here
                self._clients[service] = client(service, config=PATIENT)
            return self._clients[service]

    def _answer(self, service: str, operation: str, ask: Callable[[], T]) -> T | None:
        """The answer, or None after noting why there is none."""
        if service in self._silent:
            return None
        try:
            answer = ask()
        except (ClientError, BotoCoreError) as error:
            self._pass_over(service, operation, error)
            return None
        self._has_answered = True
        return answer

    def _pass_over(self, service: str, operation: str, error: Exception) -> None:
        """Note what could not be read.

        Raises:
            SourceFailed: nothing can be read: no credentials, or nobody has answered yet.
        """
        meta = self._client(service).meta
        name = f"{meta.service_model.service_name}:{meta.method_to_api_mapping.get(operation, operation)}"
        answered = error.response.get("Error", {}) if isinstance(error, ClientError) else {}
        if isinstance(error, ClientError):
            is_fatal = answered.get("Code") in _NOBODY
        else:
            is_fatal = not self._has_answered or isinstance(error, NoCredentialsError | PartialCredentialsError)
            self._silent.add(service)
        if is_fatal:
            raise SourceFailed(f"{name}: {error}; expected an AWS account that answers") from error
        self._has_answered = True
        if answered.get("Code") not in _GONE:
            self.unreadable.setdefault(name, str(answered.get("Message") or answered.get("Code") or error))
