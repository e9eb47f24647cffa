"""schemathesis asks everything that the OpenAPI document allows, and things that it does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from hopscope_collector.api.listener import Listener
from hopscope_collector.api.settings import Limits, Settings
from hopscope_collector.rules_file import rules_for
from hopscope_collector.store.location import open_to_read, open_to_write

schemathesis.serializer.alias("application/x-ndjson", "text/plain")

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    """That of a running collector, which holds a few flows."""
    url = f"sqlite:///{tmp_path_factory.mktemp('document') / 'hopscope.db'}"
    samples = Path(__file__).parents[3] / "wire/samples"
    limits = Limits(requests_per_s=1e6, requests_at_once=1_000_000)
    said: list[str] = []
    with open_to_write(url) as store:
        listener = Listener(
            Settings("127.0.0.1", 0, limits=limits), store, lambda: open_to_read(url),
            rules=rules_for(None, url), say=said.append, ended=lambda: None,
        )  # fmt: skip
        with listener:
            import httpx

            lines = [" ".join(path.read_text().split()) for path in sorted(samples.glob("*.json"))]
            httpx.post(f"{listener.url}/v1/records", content="\n".join(lines)).raise_for_status()
            yield schemathesis.openapi.from_url(f"{listener.url}/openapi.json")
    assert said == [], "no request is a bug of ours"


OPERATIONS = [
    "GET /v1/changes",
    "GET /v1/executions/{arn}",
    "GET /v1/flows",
    "GET /v1/flows/{flow_id}",
    "GET /v1/health",
    "GET /v1/kinds",
    "GET /v1/stats",
    "POST /v1/records",
    "POST /v1/traces",
]


def test_every_operation_of_the_document_is_asked(document: BaseSchema) -> None:
    assert sorted(each.ok().label for each in document.get_all_operations()) == OPERATIONS


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not allowed"])
def test_every_answer_is_one_that_the_document_promises(document: BaseSchema, label: str, mode: GenerationMode) -> None:
    operation = next(each.ok() for each in document.get_all_operations() if each.ok().label == label)

    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def ask(case: Case) -> None:
        case.call_and_validate(checks=CHECKS, timeout=60)

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("nothing that this operation takes can be wrong")
