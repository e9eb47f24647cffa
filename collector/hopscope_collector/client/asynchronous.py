"""The client for asyncio: the same as `synchronous.py`, with `await`."""

import asyncio
import gzip
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

import httpx

from hopscope_collector.client.address import STREAM_TIMEOUT, TIMEOUT, address_of
from hopscope_collector.client.errors import NoSuchFlow, NotTaken, Unreachable
from hopscope_collector.client.events import EventReader
from hopscope_collector.client.retrying import AGAIN, COMEBACK, PATIENCE, Patience
from hopscope_collector.client.values import (
    Changed,
    FlowPage,
    Taken,
    behind_in,
    changed_in,
    execution_in,
    flow_in,
    kinds_in,
    object_in,
    page_in,
    path_of_execution,
    path_of_flow,
    query_of,
    stats_in,
    taken_in,
)
from hopscope_collector.executions.model import Execution
from hopscope_collector.flow import Flow
from hopscope_collector.kinds import Kinds, Window
from hopscope_collector.lag import Behind
from hopscope_collector.query import Order
from hopscope_collector.store.contract import Stats

PAGE = 100


class AsyncClient:
    """A collector over HTTP, for one event loop."""

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        patience: Patience | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`patience` is ours unless given; `transport` is httpx's own seam: for proxies and certificates of one's own.

        Raises:
            NotACollectorUrl: the URL will not do.
        """
        address = address_of(url, token)
        self._patience, self._comeback = patience or PATIENCE, patience or COMEBACK
        self._http = httpx.AsyncClient(
            base_url=address.url, headers=address.headers, timeout=TIMEOUT, transport=transport, mounts=address.mounts
        )

    async def flows(
        self, filter_text: str = "", limit: int = PAGE, after: str | None = None, *, order: Order = "seen"
    ) -> FlowPage:
        """One page of the flows that fit, those that something happened in last first; other orders have one page.

        Raises:
            BadFilter: the filter cannot be understood.
            ClientError: see `errors.py`; so does every method here.
        """
        return page_in(await self._get("/v1/flows", query_of(filter_text, limit, after, order)))

    async def all_flows(self, filter_text: str = "") -> AsyncIterator[Flow]:
        """Every flow that fits, page by page."""
        after: str | None = None
        while True:
            page = await self.flows(filter_text, PAGE, after)
            for flow in page.flows:
                yield flow
            after = page.after
            if after is None:
                return

    async def flow(self, id_text: str) -> Flow | None:
        """The flow that any of its ids names; None when none is known by it.

        Raises:
            SeveralFlows: the id names several.
        """
        try:
            return flow_in(await self._get(path_of_flow(id_text)))
        except NoSuchFlow:
            return None

    async def executions(self, flow: Flow) -> tuple[Execution, ...]:
        """What ran inside the executions of a flow, as far as it was collected."""
        found = [await self.execution(arn) for arn in flow.executions]
        return tuple(each for each in found if each is not None)

    async def execution(self, arn: str) -> Execution | None:
        """What ran inside one execution; None when its history was not collected."""
        try:
            return execution_in(await self._get(path_of_execution(arn)))
        except NotTaken as error:
            if error.type == "no_such_execution":
                return None
            raise

    async def kinds(self, window: Window, filter_text: str = "") -> Kinds:
        """The flows that fit and began in the window, by kind."""
        return kinds_in(await self._get("/v1/kinds", {**asdict(window), "filter": filter_text}))

    async def stats(self) -> Stats:
        """What was received, stored, refused and why."""
        return stats_in(await self._get("/v1/stats"))

    async def behind(self) -> Behind:
        """How far what is stored lies behind what happens."""
        return behind_in(await self._get("/v1/stats"))

    async def changes_since(self, token: int) -> Changed:
        """What was stored since the token was given, at once; token 0 means everything."""
        return changed_in(await self._get("/v1/changes", {"since": token}))

    async def changes(self, since: int = 0) -> AsyncGenerator[Changed]:
        """What is stored from now on, as it happens; after a lost connection it goes on where it was.

        Close it (`contextlib.aclosing`) to stop listening before the client is closed.

        Raises:
            Unreachable: the collector did not come back, however often it was tried.
        """
        pauses_s = self._comeback.pauses_s()
        while True:
            began_s = time.monotonic()
            try:
                async with aclosing(self._listen(since)) as heard:
                    async for change in heard:
                        since, pauses_s = change.token, self._comeback.pauses_s()
                        yield change
                raise Unreachable(f"{self._http.base_url} ended what it had to say; is it being stopped?")
            except (Unreachable, NotTaken) as error:
                if isinstance(error, NotTaken) and error.status not in AGAIN:
                    raise
                if time.monotonic() - began_s >= self._comeback.held_s:
                    pauses_s = self._comeback.pauses_s()
                pause_s = next(pauses_s, None)
                if pause_s is None:
                    raise
                await asyncio.sleep(pause_s)

    async def send(self, lines: Iterable[str]) -> Taken:
        """Hand records over, one line each; when this returns they are durable. May be repeated."""
        body = gzip.compress("\n".join(lines).encode("utf-8", "surrogateescape"), 1)
        headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
        return taken_in(await self._ask("POST", "/v1/records", content=body, headers=headers))

    async def aclose(self) -> None:
        """Let go of the connections. Twice is once."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _get(self, path: str, params: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        return await self._ask("GET", path, params=params)

    async def _ask(self, method: str, path: str, **request: Any) -> Mapping[str, Any]:
        """The answer, asked for as often as patience allows."""
        pauses_s = self._patience.pauses_s()
        while True:
            pause_s = next(pauses_s, None)
            try:
                answer = await self._http.request(method, path, **request)
            except httpx.HTTPError as error:
                if pause_s is None:
                    raise _unreachable(self._http.base_url, error) from error
            else:
                if answer.status_code not in AGAIN or pause_s is None:
                    return object_in(answer.status_code, answer.content)
                pause_s = self._patience.asked_s(answer.headers.get("retry-after"), pause_s)
            await asyncio.sleep(pause_s)

    async def _listen(self, since: int) -> AsyncGenerator[Changed]:
        """One connection's worth of changes."""
        reader = EventReader()
        headers = {"accept": "text/event-stream"}
        try:
            async with self._http.stream(
                "GET", "/v1/changes", params={"since": since}, headers=headers, timeout=STREAM_TIMEOUT
            ) as answer:
                if answer.status_code != 200:
                    object_in(answer.status_code, await answer.aread())
                async for line in answer.aiter_lines():
                    change = reader.take(line)
                    if change is not None:
                        yield change
        except httpx.HTTPError as error:
            raise _unreachable(self._http.base_url, error) from error


def _unreachable(url: httpx.URL, error: httpx.HTTPError) -> Unreachable:
    why = str(error) or type(error).__name__
    return Unreachable(f"no answer from {url} ({why:.120}); expected a collector: hopscope collect --listen HOST:PORT")
