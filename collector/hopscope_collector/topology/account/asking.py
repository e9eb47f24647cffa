"""Lists and describes through boto3, and goes on where an account does not allow it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hopscope_collector.errors import SourceFailed

_REFUSED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})
_GONE = frozenset({"ResourceNotFoundException", "NotFoundException", "NotFound", "NoSuchBucket", "NoSuchEntity"})
"""What was deleted between listing and describing it, or never configured."""

_NOT_THERE = frozenset({"UnknownOperationException", "InvalidAction", "UnsupportedOperation"})
"""What an emulator, or a region, does not have."""


@dataclass(slots=True)
class Account:
    """One account and region. Every call is a `List…`, `Get…` or `Describe…`."""

    session: boto3.Session
    unreadable: dict[str, str] = field(default_factory=dict)
    """The calls that were not possible, such as `pipes:ListPipes`, each with AWS's own words."""

    _clients: dict[str, Any] = field(default_factory=dict)

    def each(self, service: str, operation: str, key: str, **given: Any) -> Iterator[Any]:
        """What an operation lists under `key`, page by page, with boto3's paginator where there is one."""
        client = self._client(service)
        if not client.can_paginate(operation):
            yield from self.one(service, operation, **given).get(key) or ()
            return
        try:
            for page in client.get_paginator(operation).paginate(**given):
                yield from page.get(key) or ()
        except (ClientError, BotoCoreError) as error:
            self._pass_over(client, operation, error)

    def one(self, service: str, operation: str, **given: Any) -> dict[str, Any]:
        """The answer of one call; empty when it may not be asked, or when what it is about is gone."""
        client = self._client(service)
        try:
            answer: dict[str, Any] = getattr(client, operation)(**given)
        except (ClientError, BotoCoreError) as error:
            self._pass_over(client, operation, error)
            return {}
        return answer

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            client: Any = self.session.client  # one overload a service: the name is a value here
            config = Config(retries={"mode": "adaptive", "max_attempts": 5})
            self._clients[service] = client(service, config=config)
        return self._clients[service]

    def _pass_over(self, client: Any, operation: str, error: Exception) -> None:
        """Note what may not be read.

        Raises:
            SourceFailed: nothing can be read: no credentials, no connection, or an error that is not about this call.
        """
        name = f"{client.meta.service_model.service_name}:{client.meta.method_to_api_mapping.get(operation, operation)}"
        if not isinstance(error, ClientError):
            raise SourceFailed(f"{name}: {error}; expected an AWS account that answers") from error
        answered = error.response.get("Error", {})
        code = str(answered.get("Code", ""))
        if code in _GONE:
            return
        if code not in _REFUSED and code not in _NOT_THERE:
            raise SourceFailed(f"{name}: {error}; try again, or leave it to another region") from error
        self.unreadable.setdefault(name, str(answered.get("Message") or code))
