"""An HTTP request to a message: API Gateway REST, HTTP and WebSocket, function URLs, load balancers."""

from hopscope_layer.arrive.message import Arrived

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(event: "Record") -> "list[Arrived]":
    """The one message of a request. The ids of a gateway are refs, never a correlation id."""
    request = event["requestContext"]
    if not isinstance(request, dict):
        request = {}
    source = _source(request)
    request_id = request.get("requestId")
    refs = [f"{source}/{request_id}"] if isinstance(request_id, str) and request_id else []
    message = Arrived(source, 0, refs, [event])
    message.tell("name", _name(event, request))
    message.tell("origin", request.get("domainName") or request.get("apiId"))
    message.tell("sentUs", _sent_us(request))
    headers = event.get("headers")
    if isinstance(headers, dict):
        message.headers = {name.lower(): value for name, value in headers.items() if isinstance(value, str)}
        message.adopt(message.headers.get("traceparent"))
        message.follow(message.headers.get("x-amzn-trace-id"))
    return [message]


def _source(request: "Record") -> str:
    if "elb" in request:
        return "alb"
    if str(request.get("domainName")).partition(".lambda-url.")[1]:
        return "function-url"
    return "apigateway"


def _name(event: "Record", request: "Record") -> "str | None":
    """The method and the route's template, or the path when there is no template: `POST /orders/{id}`."""
    route = request.get("routeKey") or event.get("routeKey")
    if isinstance(route, str) and route and route != "$default":
        return route
    http = request.get("http")
    method = http.get("method") if isinstance(http, dict) else event.get("httpMethod")
    path = request.get("resourcePath") or event.get("rawPath") or event.get("path")
    return f"{method} {path}" if method and path else None


def _sent_us(request: "Record") -> "int | None":
    epoch_ms = request.get("timeEpoch") or request.get("requestTimeEpoch")
    return epoch_ms * 1000 if isinstance(epoch_ms, int) else None
