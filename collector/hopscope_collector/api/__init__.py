"""`hopscope collect --listen`: records and OpenTelemetry spans in over HTTP, flows out.

    listener    binds, starts and stops the server     settings   where to listen, who may come, how much they may
    transport   cuts connections that are too slow     gate       who may come in: host, token, rates, sizes
    app         the routes put together                refusals   every error in one shape
    intake      the one writer                         reading    queries, each with a limit to its cost
    routes/     records, traces, flows, changes        schemas    what answers look like, for the OpenAPI document

Needs the extra `listen`. Nothing outside of this package imports it before somebody asks to listen.
"""
