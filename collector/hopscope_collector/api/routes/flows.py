"""`GET /v1/flows` and what belongs to it: the same JSON as `hopscope flows --json` and `hopscope show --json`."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from hopscope_collector.api.cached import json_answer
from hopscope_collector.api.cursors import cursor_of, seen_of
from hopscope_collector.api.refusals import RefusedError
from hopscope_collector.api.schemas import ExecutionAnswer, FlowAnswer, FlowsAnswer, KindsAnswer, StatsAnswer, errors_of
from hopscope_collector.api.services import services_of
from hopscope_collector.documented.contract_version import CONTRACT_VERSION
from hopscope_collector.documented.flow_json import flow_json
from hopscope_collector.documented.kinds_json import kinds_json
from hopscope_collector.documented.stats import stats_json
from hopscope_collector.executions.as_json import execution_as_json
from hopscope_collector.kinds import Window
from hopscope_collector.lag import lag_in
from hopscope_collector.query import Flows, Order, Page
from hopscope_collector.search.filter import BadFilter, Filter, parsed
from hopscope_wire.decode import MAX_TIME_US

MOST_FLOWS = 1_000
LONGEST_FILTER_CHARS = 2_000
LONGEST_ID_CHARS = 2_048
MOST_TERMS = 50
CANDIDATES_SHOWN = 20

router = APIRouter()

FilterText = Annotated[
    str, Query(alias="filter", max_length=LONGEST_FILTER_CHARS, description="docs/filters.md", examples=["status:done"])
]
Limit = Annotated[int, Query(ge=1, le=MOST_FLOWS, description="At most so many flows.")]
After = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]
Sort = Annotated[Order, Query(description="What stands first.")]
Moment = Annotated[int, Query(ge=0, le=MAX_TIME_US, description="Microseconds since 1970.")]
Buckets = Annotated[int, Query(ge=1, le=1_000)]
IdText = Annotated[str, Path(max_length=LONGEST_ID_CHARS, min_length=1, description="Any id of it, percent-encoded.")]
_NOT_CHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The answer whose ETag was given is still right."}
}


@router.get(
    "/v1/flows",
    operation_id="flows",
    summary="Flows, those that something happened in last first",
    response_model=FlowsAnswer,
    responses={**_NOT_CHANGED, **errors_of(400, 422, 503)},
)
async def flows(
    request: Request, filter_text: FilterText = "", *, limit: Limit = 100, after: After = None, order: Sort = "seen"
) -> Response:
    """One page. `next` is given as `after` for the page that follows; null on the last one. Only the order `seen` has
    pages; in any other one the first `limit` of the newest flows are given, and `partial` says if there are more."""
    wanted, begin = _filter_of(filter_text), seen_of(after) if after else None
    page = await services_of(request).reading.ask(
        lambda known, _store: _page_json(known.page(wanted, limit, begin, order=order))
    )
    return json_answer(page, request.headers)


def _page_json(page: Page) -> dict[str, object]:
    return {
        "hopscope": CONTRACT_VERSION,
        "flows": [flow_json(flow) for flow in page.flows],
        "more": page.after is not None,
        "next": cursor_of(page.after) if page.after else None,
        "looked_at": page.looked_at,
        "reached_us": page.reached_us,
        "partial": page.is_partial,
    }


@router.get(
    "/v1/kinds",
    operation_id="kinds",
    summary="Flows by kind: how many, how they went, how long they took, when they came",
    response_model=KindsAnswer,
    responses={**_NOT_CHANGED, **errors_of(400, 422, 503)},
)
async def kinds(
    request: Request, since_us: Moment, until_us: Moment, *, filter_text: FilterText = "", buckets: Buckets = 60
) -> Response:
    """Of the flows that fit and began in the window, which is cut into equal buckets."""
    if until_us <= since_us:
        raise RefusedError(
            400, "bad_parameter", "the window ends before it begins", str(until_us), expected="until_us > since_us"
        )
    wanted, window = _filter_of(filter_text), Window(since_us, until_us, buckets)
    found = await services_of(request).reading.ask(lambda known, _store: known.kinds(window, wanted))
    return json_answer({"hopscope": CONTRACT_VERSION, **kinds_json(found)}, request.headers)


@router.get(
    "/v1/flows/{flow_id:path}",
    operation_id="flow",
    summary="One flow, by any of its ids",
    response_model=FlowAnswer,
    responses={**_NOT_CHANGED, **errors_of(400, 404, 409, 422, 503)},
)
async def flow(request: Request, flow_id: IdText) -> Response:
    """With what ran inside its executions. 404 when nothing is known by the id, 409 when it names several."""
    found = await services_of(request).reading.ask(lambda known, _store: _flow_json(known, flow_id))
    return json_answer(found, request.headers)


def _flow_json(known: Flows, flow_id: str) -> dict[str, object]:
    found = list(known.find(flow_id))
    if not found:
        raise RefusedError(
            404, "no_such_flow", "no flow is known by this id", flow_id,
            expected="a trace, correlation, request, message or execution id, or name=value",
        )  # fmt: skip
    if len(found) > 1:
        raise RefusedError(
            409, "several_flows", f"{len(found)} flows are known by this id", flow_id, expected="one of them",
            do="ask for one of the candidates", more={"candidates": [each.id for each in found[:CANDIDATES_SHOWN]]},
        )  # fmt: skip
    only = found[0]
    details = [execution_as_json(each) for each in known.executions(only)]
    return {"hopscope": CONTRACT_VERSION, "flow": {**flow_json(only), "execution_details": details}}


@router.get(
    "/v1/executions/{arn:path}",
    operation_id="execution",
    summary="One execution of Step Functions or of a durable function",
    response_model=ExecutionAnswer,
    responses={**_NOT_CHANGED, **errors_of(400, 404, 422, 503)},
)
async def execution(request: Request, arn: IdText) -> Response:
    """Its states, without payloads: of those nothing is stored."""
    found = await services_of(request).reading.ask(lambda known, _store: known.execution(arn))
    if found is None:
        raise RefusedError(
            404, "no_such_execution", "no history of it was collected", arn, expected="the ARN of an execution"
        )
    return json_answer({"hopscope": CONTRACT_VERSION, "execution": execution_as_json(found)}, request.headers)


@router.get(
    "/v1/stats",
    operation_id="stats",
    summary="What was received, stored, refused and why",
    response_model=StatsAnswer,
    responses={**_NOT_CHANGED, **errors_of(503)},
)
async def stats(request: Request) -> Response:
    """Since the store was made. `received = stored + repeated + sum(refused)`."""
    found, behind = await services_of(request).reading.ask(lambda _known, store: (store.stats(), lag_in(store)))
    return json_answer({**stats_json(found), "behind": asdict(behind)}, request.headers)


def _filter_of(text: str) -> Filter:
    try:
        wanted = parsed(text)
    except BadFilter as error:
        what, _, expected = str(error).partition("; expected ")
        raise RefusedError(
            400, "bad_filter", what, text, expected=expected, more={"start": error.start, "end": error.end}
        ) from error
    if sum(len(term.values) for term in wanted.terms) > MOST_TERMS:
        raise RefusedError(400, "bad_filter", "the filter has too many terms", text, expected=f"at most {MOST_TERMS}")
    return wanted
