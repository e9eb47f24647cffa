"""A collector over HTTP, for Python: what `hopscope collect --listen` answers, as the values the collector itself uses.

    with Client("http://127.0.0.1:4318") as collector:          async with AsyncClient(…) as collector:
        for flow in collector.all_flows("status:failed"):           async for flow in collector.all_flows(…):
            print(flow.id, flow.kind)                                   …
        for change in collector.changes():                          async for change in collector.changes():
            …                                                           …

    synchronous, asynchronous   the two of them     values     answers and errors to values, shared by both
    retrying                    when, how often    events     server-sent events to changes, with resume

Needs the extra `client`. The token is taken from `HOPSCOPE_TOKEN_FILE` or `HOPSCOPE_TOKEN` unless one is given.
"""

from hopscope_collector.client.asynchronous import AsyncClient
from hopscope_collector.client.errors import (
    ApiError,
    ClientError,
    NoSuchFlow,
    NotAnAnswer,
    NotTaken,
    SeveralFlows,
    Unreachable,
)
from hopscope_collector.client.synchronous import Client
from hopscope_collector.client.values import Changed, FlowPage, Taken

__all__ = [
    "ApiError",
    "AsyncClient",
    "Changed",
    "Client",
    "ClientError",
    "FlowPage",
    "NoSuchFlow",
    "NotAnAnswer",
    "NotTaken",
    "SeveralFlows",
    "Taken",
    "Unreachable",
]
