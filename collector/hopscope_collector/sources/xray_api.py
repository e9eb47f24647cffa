"""X-Ray as we need it, over boto3: summaries by a filter, traces by their ids.

An account with Transaction Search keeps spans in CloudWatch Logs: there BatchGetTraces knows nothing, and a retrieval
is started and waited for instead.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hopscope_collector.errors import SourceFailed
from hopscope_collector.sources.aws_client import client_of
from hopscope_collector.sources.aws_errors import code_of, in_our_words
from hopscope_collector.sources.contract import Stop

AT_ONCE = 5
"""Ids that BatchGetTraces takes."""

RETRIEVED_AT_ONCE = 100
"""Ids that StartTraceRetrieval takes."""

MOST_LOOKS = 120
"""How often a retrieval is asked how it goes, before it is given up."""

_LOOK_EVERY_S = 1.0
_UNFINISHED = frozenset({"SCHEDULED", "RUNNING"})
_NOT_SWITCHED_ON = frozenset({"InvalidRequestException", "ResourceNotFoundException"})

Trace = Mapping[str, Any]
"""A summary or a trace, as X-Ray answers."""


class XRayApi:
    """One account and region. AWS_ENDPOINT_URL and the other usual variables hold."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._client, self.endpoint = client_of("xray", source)

    def summaries(self, expression: str, from_us: int, to_us: int) -> Iterator[Trace]:
        """What is known of each trace that fits, between two moments."""
        asked: dict[str, Any] = {"StartTime": _moment(from_us), "EndTime": _moment(to_us), "Sampling": False}
        if expression:
            asked["FilterExpression"] = expression
        with in_our_words(self._source):
            while True:
                answer = self._client.get_trace_summaries(**asked)
                yield from answer.get("TraceSummaries", ())
                if not answer.get("NextToken"):
                    return
                asked["NextToken"] = answer["NextToken"]

    def traces(self, ids: Sequence[str], stop: Stop) -> list[Trace]:
        """Their segments, by whichever way knows them; ids that neither knows are left out."""
        found, unprocessed = self._batches(ids)
        again, _ = self._batches(unprocessed)  # once: ids that it does not know are unprocessed, too
        found += again
        known = {str(trace.get("Id")) for trace in found if trace.get("Segments")}
        missing = [each for each in ids if each not in known]
        for first in range(0, len(missing), RETRIEVED_AT_ONCE):
            found += self._retrieved(missing[first : first + RETRIEVED_AT_ONCE], stop)
        return found

    def _batches(self, ids: Sequence[str]) -> tuple[list[Trace], list[str]]:
        """What BatchGetTraces has of them, and the ids that it did not get to."""
        found: list[Trace] = []
        unprocessed: list[str] = []
        with in_our_words(self._source):
            for first in range(0, len(ids), AT_ONCE):
                asked: dict[str, Any] = {"TraceIds": list(ids[first : first + AT_ONCE])}
                while asked:
                    answer = self._client.batch_get_traces(**asked)
                    found += answer.get("Traces", ())
                    unprocessed += answer.get("UnprocessedTraceIds", ())
                    asked = {**asked, "NextToken": answer["NextToken"]} if answer.get("NextToken") else {}
        return found, unprocessed

    def _retrieved(self, ids: Sequence[str], stop: Stop) -> list[Trace]:
        """By Transaction Search. Nothing when it is not switched on: then the traces are gone."""
        starts = [int(each.split("-")[1], 16) for each in ids]
        end_s = min(max(starts) + 86_400, int(time.time()))  # the future holds no spans
        span = {"StartTime": _moment((min(starts) - 60) * 10**6), "EndTime": _moment(end_s * 10**6)}
        try:
            with in_our_words(self._source):
                token = self._client.start_trace_retrieval(TraceIds=list(ids), **span)["RetrievalToken"]
        except SourceFailed as error:
            if _is_not_switched_on(error):
                return []
            raise
        for _ in range(MOST_LOOKS):
            status, found = self._pages(token)
            if status not in _UNFINISHED:
                if status != "COMPLETE":
                    raise SourceFailed(f"{self._source}: the retrieval of {len(ids)} traces is {status.lower()}")
                return found
            if stop.sleep(_LOOK_EVERY_S if self.endpoint is None else 0.05):
                return []
        raise SourceFailed(f"{self._source}: the retrieval of {len(ids)} traces did not end in {MOST_LOOKS} looks")

    def _pages(self, token: str) -> tuple[str, list[Trace]]:
        asked: dict[str, Any] = {"RetrievalToken": token, "TraceFormat": "XRAY"}
        found: list[Trace] = []
        with in_our_words(self._source):
            while True:
                answer = self._client.list_retrieved_traces(**asked)
                found += answer.get("Traces", ())
                if not answer.get("NextToken"):
                    return str(answer.get("RetrievalStatus", "COMPLETE")), found
                asked["NextToken"] = answer["NextToken"]


def _is_not_switched_on(error: SourceFailed) -> bool:
    """Whether there is no Transaction Search here, or not yet a log group of it."""
    return code_of(error.__cause__) in _NOT_SWITCHED_ON


def _moment(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us / 1e6, UTC)
