"""The routes put together, behind the gate."""

import time
from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp

from hopscope_collector.api.gate import Gate
from hopscope_collector.api.refusals import RefusedError, answer_to
from hopscope_collector.api.routes import changes, flows, records, traces
from hopscope_collector.api.schemas import HealthAnswer
from hopscope_collector.api.services import Services
from hopscope_collector.api.settings import Settings

VERSION = "1"

Say = Callable[[str], None]


def application(settings: Settings, services: Services, say: Say) -> ASGIApp:
    """The whole API as an ASGI application; `say` hears of our bugs."""
    return Gate(routes(services, say), settings, time.monotonic)


def routes(services: Services, say: Say) -> FastAPI:
    """Everything but the gate. Its pages of documentation are off: they load scripts from elsewhere."""
    app = FastAPI(title="Hopscope", version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.services = services
    for each in (records.router, traces.router, flows.router, changes.router):
        app.include_router(each)
    app.add_api_route(
        "/v1/health", _health, operation_id="health", summary="Whether the server answers; needs no token"
    )
    _answer_errors(app, say)
    _describe(app)
    return app


async def _health() -> HealthAnswer:
    return HealthAnswer(ready=True)


def _answer_errors(app: FastAPI, say: Say) -> None:
    @app.exception_handler(RefusedError)
    async def _refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, RefusedError)
        return answer_to(error, request.url.path, request.headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer_to(_refusal_of(error), request.url.path, request.headers)

    @app.exception_handler(HTTPException)
    async def _no_route(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = {404: "no_such_path", 405: "wrong_method"}.get(error.status_code, "bad_request")
        refusal = RefusedError(error.status_code, kind, str(error.detail), expected="a path of /openapi.json")
        answer = answer_to(refusal, request.url.path, request.headers)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(ClientDisconnect)
    async def _gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=400)  # nobody reads it

    @app.exception_handler(Exception)
    async def _bug(request: Request, error: Exception) -> Response:
        say(f"a request failed, this is a bug: {_place_of(error)}")
        refusal = RefusedError(500, "bug", "this is a bug of ours", do="the collector's terminal says where")
        return answer_to(refusal, request.url.path, Headers(scope=request.scope))


def _refusal_of(error: RequestValidationError) -> RefusedError:
    first = error.errors()[0]
    place, given = ".".join(map(str, first["loc"])), first.get("input")
    return RefusedError(
        400,
        "bad_parameter",
        f"{place}: {first['msg']}",
        given if isinstance(given, str) else None,
        expected=first["msg"],
    )


def _place_of(error: BaseException) -> str:
    """Which error where, without its message: that may hold what was sent."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else ""
    return f"{type(error).__name__}{where}"


def _describe(app: FastAPI) -> None:
    def openapi() -> dict[str, object]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes, summary=_SUMMARY)
            made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            made["security"] = [{"token": []}, {}]
            for path in made["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None) if _is_default(operation) else None
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _is_default(operation: dict[str, dict[str, dict[str, str]]]) -> bool:
    """Whether the 422 of an operation is FastAPI's own: ours answers bad parameters with 400."""
    return operation["responses"].get("422", {}).get("description") == "Validation Error"


_SUMMARY = "Choreographed flows: records and OpenTelemetry spans in, flows out"
