"""An HTTP request to a message: API Gateway REST, HTTP and WebSocket, function URLs, load balancers, VPC Lattice.

A Lambda destination's record has a `requestContext` too, and is told apart by the `condition` in it.
"""

from hopscope_layer.arrive.message import Arrived, at

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]

_NO_REQUEST: "Record" = {}


def read(event: "Record", index: int) -> Arrived:
    """The message of a request. The ids of a gateway are refs, never a correlation id."""
    given = event.get("requestContext")
    request = given if isinstance(given, dict) else _NO_REQUEST
    if "condition" in request:
        return _of_destination(event, index)
    source = _source(event, request)
    message = Arrived(source, index, [], [event])
    # The gateway's console gives all its requests one id.
    message.is_invoked = request.get("requestId") == "test-invoke-request"
    for name in ("requestId", "extendedRequestId"):
        message.add_ref(source, request.get(name))
    for name in ("pathParameters", "queryStringParameters"):
        named = event.get(name)
        if isinstance(named, dict) and "id" in named and message.refs:
            # The object that the request is about; the request's id keeps the ref unique.
            message.add_ref(source, f"{request.get('requestId')}#{named['id']}")
    if request.get("connectionId"):
        # One connection brings many messages: only the pair names one of them.
        message.add_ref(
            "websocket", f"{request['connectionId']}:{request.get('messageId') or request.get('eventType')}"
        )
    message.tell("name", _name(event, request))
    message.tell("origin", request.get("domainName") or request.get("apiId") or event.get("methodArn"))
    message.tell("sentUs", _sent_us(request))
    _read_headers(message, event)
    return message


def _of_destination(event: "Record", index: int) -> Arrived:
    from hopscope_layer.arrive import inside, moments

    message = Arrived(
        "lambda-destination", index, [], [event, event.get("requestPayload"), event.get("responsePayload")]
    )
    inside.read_destination(message, event)
    message.tell("sentUs", moments.epoch_us(event.get("timestamp")))
    return message


def _read_headers(message: Arrived, event: "Record") -> None:
    headers = message.headers
    many = event.get("multiValueHeaders")
    for name, values in many.items() if isinstance(many, dict) else ():
        if isinstance(values, list) and values and isinstance(values[0], str):
            headers[name.lower()] = values[0]
    one = event.get("headers")
    for name, value in one.items() if isinstance(one, dict) else ():
        # VPC Lattice gives lists.
        text = value[0] if isinstance(value, list) and value else value
        if isinstance(text, str):
            headers[name.lower()] = text
    if headers:
        message.adopt_foreign()
        message.follow(headers.get("x-amzn-trace-id"))
        # An SNS subscription over HTTPS.
        message.add_ref("sns", headers.get("x-amz-sns-message-id"))


def _source(event: "Record", request: "Record") -> str:
    if "elb" in request:
        return "alb"
    if "raw_path" in event or "serviceArn" in request:
        return "vpc-lattice"
    if event.get("methodArn") or event.get("routeArn"):
        return "authorizer"
    if "authorizationToken" in event:
        return "authorizer"
    if ".lambda-url." in str(request.get("domainName")):
        return "function-url"
    return "apigateway"


def _name(event: "Record", request: "Record") -> "str | None":
    """The method and the route's template, or the path when there is no template: `POST /orders/{id}`."""
    route = request.get("routeKey") or event.get("routeKey")
    if isinstance(route, str) and route and route != "$default":
        return route
    method = at(request, "http", "method") or event.get("httpMethod") or event.get("method")
    path = request.get("resourcePath") or event.get("resource") or event.get("rawPath") or event.get("path")
    path = path or event.get("raw_path")
    return f"{method} {path}" if method and path else None


def _sent_us(request: "Record") -> "int | None":
    epoch_ms = request.get("timeEpoch") or request.get("requestTimeEpoch")
    return epoch_ms * 1000 if isinstance(epoch_ms, int) and epoch_ms > 0 else None
