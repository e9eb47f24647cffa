"""A server that takes the connection and never says a word: the collector gives it up, says so, and goes on."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.config import Config

from hopscope_collector.errors import SourceFailed
from hopscope_collector.executions import durable_functions, step_functions
from hopscope_collector.ingest import Collected, collect
from hopscope_collector.sources import aws_client, patience
from hopscope_collector.sources.contract import Stop
from hopscope_collector.sources.naming import Wanted, sources_of
from hopscope_collector.store.memory import MemoryStore

HASTY = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=0.05)


class Heard:
    def __init__(self) -> None:
        self.words: list[str] = []

    def progress(self, source: str, collected: Collected) -> None: ...

    def say(self, words: str) -> None:
        self.words.append(words)


@pytest.fixture
def silent_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The kernel takes connections to a port that listens; nobody ever reads them."""
    for module, name in ((aws_client, "ONE_TRY"), (step_functions, "RETRIES"), (durable_functions, "RETRIES")):
        monkeypatch.setattr(module, name, HASTY)
    monkeypatch.setattr(patience, "LONGEST_PAUSE_S", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        for name, value in {
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }.items():
            monkeypatch.setenv(name, value)
        yield url


@pytest.mark.parametrize(
    "source", ["logs:/aws/lambda/orders-", "kinesis:hops", "sqs:http://q/1/hops", "xray:*", "executions:orders-", "durable:f"]
)  # fmt: skip
def test_a_source_that_stalls_is_named_and_the_others_go_on(
    silent_url: str, tmp_path: Path, a_line: Callable[[], str], source: str
) -> None:
    log = tmp_path / "hops.log"
    log.write_text(f"{a_line()}\n")
    heard = Heard()

    stalled, file = sources_of(source, Wanted()) + sources_of(f"file:{log}", Wanted())
    collected = collect([stalled, file], MemoryStore(), heard, Stop())

    (failure,) = map(str, collected.failed)
    assert collected.stored == 1
    assert failure.startswith(f"{stalled.name}: no answer after 3 tries: Read timeout on endpoint URL")
    assert failure.endswith("check the network, AWS_REGION and AWS_ENDPOINT_URL")
    assert len(heard.words) == 2
    assert all(words.startswith(f"{stalled.name}: Read timeout") for words in heard.words)


def test_aws_region_is_heeded_as_the_aws_cli_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 itself knows AWS_DEFAULT_REGION alone."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    client, endpoint = aws_client.client_of("sqs", "sqs:q")

    assert (client.meta.region_name, endpoint) == ("eu-central-1", None)


def test_an_endpoint_that_is_no_url_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    with pytest.raises(SourceFailed, match="sqs:q: Invalid endpoint: nonsense; expected AWS_ENDPOINT_URL to be one"):
        aws_client.client_of("sqs", "sqs:q")
