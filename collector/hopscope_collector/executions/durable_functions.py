"""`durable:FUNCTION`: durable executions of a Lambda function, asked for like those of a state machine.

    ListDurableExecutionsByFunction     which there are, the youngest first
    GetDurableExecution                 one from outside, without its data

What a durable execution did is in the records of its invocations; its own history is for `hopscope execution ARN`.
"""

from collections.abc import Iterator

from hopscope_collector.executions.description import Description, description_of, is_arn
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.fetch import RETRIES
from hopscope_collector.sources.aws_client import client_of
from hopscope_collector.sources.aws_errors import in_our_words


class DurableFunctionsApi:
    """`Executions` of one function, over boto3. An alias or version may follow its name: `orders:live`."""

    scheme = "durable"

    def __init__(self, function: str) -> None:
        region = function.split(":")[3] if is_arn(function) else None
        self._client, self.endpoint = client_of("lambda", "durable", region=region, config=RETRIES)

    def machines(self, prefix: str) -> Iterator[str]:
        """The function itself."""
        yield prefix

    def started(self, machine_arn: str, *, only_redriven: bool = False) -> Iterator[Description]:
        """As in `Executions`; a durable execution cannot be redriven."""
        if only_redriven:
            return
        pages = self._client.get_paginator("list_durable_executions_by_function")
        with in_our_words(f"durable:{machine_arn}"):
            for page in pages.paginate(FunctionName=machine_arn, ReverseOrder=True):
                for each in page.get("DurableExecutions", []):
                    if (described := description_of(each)) is not None:
                        yield described

    def children(self, map_run_arn: str) -> Iterator[Description]:  # noqa: ARG002 - the seam's signature
        """None: there are no Map Runs."""
        yield from ()

    def described(self, arn: str) -> Description:
        """As in `Executions`."""
        with in_our_words(arn):
            found = self._client.get_durable_execution(DurableExecutionArn=arn, IncludeExecutionData=False)
        return description_of(found) or Description(arn, "durable")

    def events(self, arn: str, after_id: int) -> list[HistoryEvent]:  # noqa: ARG002 - the seam's signature
        """None."""
        return []
