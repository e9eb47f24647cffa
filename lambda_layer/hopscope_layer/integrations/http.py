"""HTTP calls of the function's own: W3C `traceparent` and the correlation id, only to the hosts that were asked for.

Calls of botocore go through urllib3 too, but a header added to a signed request would break its signature: hosts of
AWS are reached only if a pattern names them.
"""

from hopscope_layer import current
from hopscope_layer.guard import never_break_the_user
from hopscope_layer.propagation import matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any


def hook_urllib3(module: "ModuleType") -> None:
    """urllib3, and requests that stands on it."""
    pool = module.HTTPConnectionPool
    original: "Callable[..., Any]" = pool.urlopen

    def urlopen(self: "Any", method: str, url: str, *arguments: "Any", **options: "Any") -> "Any":
        with never_break_the_user("add headers to an HTTP call"):
            arguments, options = _with_headers(self, arguments, options)
        return original(self, method, url, *arguments, **options)

    pool.urlopen = urlopen


def _with_headers(pool: "Any", arguments: "tuple[Any, ...]", options: "dict[str, Any]") -> "tuple[Any, Any]":
    """The arguments after `url` with our headers added to those of the call: `body`, then `headers`, or by name."""
    added = _headers_for(pool.host)
    given = arguments[1] if len(arguments) > 1 else options.get("headers")
    given = given if given is not None else pool.headers
    if added is None or not _has_none(given):
        return arguments, options
    if len(arguments) > 1:
        return (arguments[0], {**added, **given}, *arguments[2:]), options
    return arguments, {**options, "headers": {**added, **given}}


def hook_httpx(module: "ModuleType") -> None:
    """httpx, both its clients."""
    for name in ("Client", "AsyncClient"):
        client = getattr(module, name)
        client.build_request = _building(client.build_request)


def _building(original: "Callable[..., Any]") -> "Callable[..., Any]":
    def build_request(self: "Any", *arguments: "Any", **options: "Any") -> "Any":
        request = original(self, *arguments, **options)
        with never_break_the_user("add headers to an HTTP call"):
            added = _headers_for(request.url.host)
            if added is not None and _has_none(request.headers):
                request.headers.update(added)
        return request

    return build_request


def _headers_for(host: str) -> "dict[str, str] | None":
    now = current.invocation
    if now is None or not any(matches(pattern, host) for pattern in now.settings.http):
        return None
    trace_id, _, carrier = now.next_carrier(now.message_index())
    names = now.settings.correlation_headers
    # What precedes the correlation id in a carrier is a traceparent.
    headers = {"traceparent": carrier.partition(";")[0]}
    correlation = current.correlation_id() or trace_id
    # Anything else in a header makes the HTTP library raise.
    if correlation.isascii() and correlation.isprintable() and correlation == correlation.strip():
        headers[names[0] if names else "x-correlation-id"] = correlation
    return headers


def _has_none(headers: "Any") -> bool:
    """Whether the caller set no `traceparent` of its own."""
    return not any(str(name).lower() == "traceparent" for name in headers)
