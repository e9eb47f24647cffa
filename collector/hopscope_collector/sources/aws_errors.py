"""What AWS and botocore say, in one line for the person who watches (a rim: knows botocore)."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    ReadTimeoutError,
)
from botocore.exceptions import (
    ConnectionError as BotoConnectionError,
)

from hopscope_collector.errors import SourceFailed

_THROTTLED = frozenset(
    {
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
        "LimitExceededException",
        "RequestLimitExceeded",
        "ProvisionedThroughputExceededException",
        "KMSThrottlingException",
        "RequestThrottled",
        "RequestThrottledException",
        "ThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
    }
)
_PASSING = frozenset({"ServiceUnavailableException", "InternalFailure", "InternalServerError", "ServiceUnavailable"})
_TOO_MANY_REQUESTS = 429


@contextmanager
def in_our_words(source: str) -> Iterator[None]:
    """Errors that another try would not cure become `SourceFailed`; those it may cure pass."""
    try:
        yield
    except NoRegionError as error:
        raise SourceFailed(f"{source}: no AWS region is set; set AWS_REGION, or configure a profile") from error
    except NoCredentialsError as error:
        raise SourceFailed(f"{source}: no AWS credentials; log in, or set AWS_PROFILE") from error
    except ClientError as error:
        if is_passing(error):
            raise
        raise SourceFailed(f"{source}: AWS refuses {error.operation_name}: {_said(error)}") from error
    except BotoCoreError as error:
        if is_passing(error):
            raise
        raise SourceFailed(f"{source}: {error}") from error


def is_passing(error: Exception) -> bool:
    """Whether the same request may go well later: throttled, unavailable, or no connection right now."""
    if isinstance(error, ClientError):
        code = code_of(error)
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code in _THROTTLED or code in _PASSING or status == _TOO_MANY_REQUESTS or status >= 500
    return isinstance(error, (BotoConnectionError, HTTPClientError))


def is_silence(error: Exception) -> bool:
    """Whether nothing came back in time."""
    return isinstance(error, (ReadTimeoutError, ConnectTimeoutError))


def in_one_line(error: Exception) -> str:
    """What went wrong, without line breaks."""
    said = f"{error.operation_name}: {_said(error)}" if isinstance(error, ClientError) else str(error)
    return " ".join(said.split())


def advice_on(error: Exception) -> str:
    """What to do about a failure that did not pass."""
    if isinstance(error, ClientError):
        return "AWS is busy or limits this account: try later, or fewer sources at once"
    return "check the network, AWS_REGION and AWS_ENDPOINT_URL"


def is_missing(error: Exception) -> bool:
    """Whether what was asked for does not exist, or no longer."""
    return code_of(error) == "ResourceNotFoundException"


def code_of(error: BaseException | None) -> str:
    """AWS's own name for what went wrong; empty for what is no answer of AWS."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""


def _said(error: ClientError) -> str:
    found = error.response.get("Error", {})
    return f"{found.get('Code', 'Error')}: {found.get('Message', '')}".strip(": ")
