"""Libraries that a function may have: each is noticed when the function imports it, none is imported by us.

powertools_logger    the correlation id in every log line; debug level along a flow that asks for it
powertools_batch     which record a coroutine of an asynchronous batch works on
xray                 the correlation id as an annotation of the first subsegment
opentelemetry        our context as parent where there is no other; the id of the active span in our records
http                 W3C `traceparent` and the correlation id in calls to the hosts of `HOPSCOPE_HTTP`
"""
