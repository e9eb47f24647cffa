"""`GET /v1/changes`: what was stored since, as JSON at once, or as events for as long as somebody listens."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from hopscope_collector.api.pulse import Pulse
from hopscope_collector.api.refusals import RefusedError
from hopscope_collector.api.schemas import ChangesAnswer, errors_of
from hopscope_collector.api.services import services_of
from hopscope_collector.documented.contract_version import CONTRACT_VERSION
from hopscope_collector.store.contract import Changes
from hopscope_wire.decode import MAX_TIME_US

EVENT_STREAM = "text/event-stream"
PING_S = 15
MOST_CHARACTERS = 500_000
"""Of the ids in one answer: who was away for longer reads everything again."""

UNREAD_S = 20.0

router = APIRouter()

Since = Annotated[int | None, Query(ge=0, le=MAX_TIME_US, description="The `token` of the answer before.")]


@router.get(
    "/v1/changes",
    operation_id="changes",
    summary="What was stored since a token",
    response_model=ChangesAnswer,
    responses={
        200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}, "description": "What changed."},
        **errors_of(400, 503),
    },
)
async def changes(
    request: Request,
    since: Since = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    last_event_id: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """With `Accept: text/event-stream` a stream of events `changes`, each with its token as id: a client that lost the
    connection goes on from `Last-Event-ID`. Otherwise one answer. `everything` means: read all of it again."""
    pulse = services_of(request).pulse
    if EVENT_STREAM not in accept.lower():
        return JSONResponse(_json(await pulse.changes_since(since or 0)))
    token = _token_of(last_event_id) if last_event_id else since or 0
    pulse.join()
    return _Stream(pulse, token)


class _Stream(EventSourceResponse):
    """Holds its place among the listeners until it is over, however it ends, even before it began."""

    def __init__(self, pulse: Pulse, token: int) -> None:
        super().__init__(_events(pulse, token), ping=PING_S, send_timeout=UNREAD_S)
        self._pulse = pulse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As in ASGI."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._pulse.leave()


async def _events(pulse: Pulse, token: int) -> AsyncIterator[ServerSentEvent]:
    """What changed before somebody began to listen, then what does."""
    is_opening = True
    while True:
        try:
            found = await (pulse.changes_since(token) if is_opening else pulse.next_changes(token))
        except RefusedError:
            return  # the store is away, or the server stops: the client comes again and goes on from where it was
        if not is_opening or found.is_everything or found.token != token:
            yield ServerSentEvent(_text(found), event="changes", id=str(found.token), retry=1_000)
        token, is_opening = found.token, False


def _json(found: Changes) -> dict[str, object]:
    is_too_much = sum(map(len, found.ids)) > MOST_CHARACTERS
    return {
        "hopscope": CONTRACT_VERSION,
        "token": found.token,
        "ids": [] if is_too_much else list(found.ids),
        "everything": found.is_everything or is_too_much,
    }


def _text(found: Changes) -> str:
    """In ASCII: readers of lines take other characters than newlines for their ends, too."""
    return json.dumps(_json(found), separators=(",", ":"))


def _token_of(last_event_id: str) -> int:
    if not (last_event_id.isascii() and last_event_id.isdigit() and int(last_event_id[:17]) <= MAX_TIME_US):
        raise RefusedError(
            400, "bad_parameter", "Last-Event-ID is none of ours", last_event_id, expected="the id of an event before"
        )
    return int(last_event_id[:17])
