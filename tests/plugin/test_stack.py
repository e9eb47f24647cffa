"""Hopscope's own stack, packaged offline by both frameworks: nothing that CloudFormation would refuse, no right too many."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.store.dynamodb.definition import DEFINITION, TTL

pytestmark = pytest.mark.xdist_group("plugin")

ROOT = Path(__file__).parents[2]
FRAMEWORKS = ["osls 4", "serverless 3"]
PARAMETERS = re.compile(r"^    (\w+): (?:'.*?'|\S+)", re.MULTILINE)
STAMPS = re.compile(r"serverless/hopscope/dev/\d{13}-[0-9T:.Z-]+/")


@pytest.fixture(scope="module")
def zips() -> None:
    """The collector's zip as `serverless deploy` builds it."""
    script = ROOT / "collector" / "packaging" / "function_zip.py"
    built = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    if built.returncode != 0:
        pytest.skip(f"the collector's zip cannot be built: {built.stderr.strip()[-300:]}")


@pytest.fixture(scope="module")
def templates(stack: Any, zips: None) -> dict[str, dict[str, Any]]:
    return {framework: stack(framework).template for framework in FRAMEWORKS}


@pytest.fixture(scope="module")
def resources(templates: dict[str, Any]) -> dict[str, Any]:
    return dict(templates["osls 4"]["Resources"])


def test_both_frameworks_compile_the_same(templates: dict[str, Any]) -> None:
    ours, theirs = (STAMPS.sub("", json.dumps(templates[framework])) for framework in FRAMEWORKS)

    assert json.loads(ours) == json.loads(theirs)


def test_cfn_lint_has_nothing_to_say(templates: dict[str, Any], tmp_path: Path, cfn_lint: Callable[..., str]) -> None:
    (tmp_path / "template.json").write_text(json.dumps(templates["osls 4"]))

    assert cfn_lint([tmp_path / "template.json"]) == ""


def test_every_parameter_can_be_given(stack: Any, zips: None) -> None:
    """As text, which is how the command line gives them."""
    given = {
        "days": 7, "log_days": 3, "stream": "PROVISIONED", "shards": 2, "stream_hours": 48, "write_limit": 100,
        "read_limit": 200, "concurrency": 2, "window_s": 1, "backups": "true", "protected": "true",
        "accounts": "111122223333", "machines": "arn:aws:states:eu-west-1:111122223333:stateMachine:orders",
        "keys": "order_id=orderId", "architecture": "arm64", "python": "3.13",
    }  # fmt: skip
    words = [word for name, value in given.items() for word in ("--param", f"{name}={value}")]

    found = stack("osls 4", *words).template["Resources"]

    assert found["Stream"]["Properties"]["ShardCount"] == "2"
    assert "days=7" in json.dumps(found["CollectorLambdaFunction"])
    assert found["CollectorEventSourceMappingKinesisStream"]["Properties"]["ParallelizationFactor"] == 2
    documented = (ROOT / "docs" / "deploy.md").read_text()
    assert set(given) == parameters_of_the_stack()
    assert [name for name in given if f"| `{name}` |" not in documented] == []


def parameters_of_the_stack() -> set[str]:
    text = (ROOT / "serverless.yml").read_text()
    return set(PARAMETERS.findall(text[text.index("params:") : text.index("custom:")]))


def test_the_table_is_the_one_that_the_store_expects(resources: dict[str, Any]) -> None:
    table = resources["Table"]["Properties"]

    assert {name: table[name] for name in DEFINITION} == DEFINITION
    assert table["TimeToLiveSpecification"] == TTL


def test_no_right_is_for_everything(resources: dict[str, Any]) -> None:
    """Each action by name; each resource one of ours, or executions, which others make."""
    for name, statement in statements_of(resources):
        actions = statement["Action"]
        assert "*" not in "".join([actions] if isinstance(actions, str) else actions), name
        if statement.get("Resource") is not None:
            assert re.search(r"Fn::GetAtt|:execution:\*|:mapRun:\*", json.dumps(statement["Resource"])), name


def test_who_reads_writes_nothing(resources: dict[str, Any]) -> None:
    allowed, denied = resources["Readers"]["Properties"]["PolicyDocument"]["Statement"]

    assert allowed["Action"] == ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PartiQLSelect"]
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"dynamodb:FullTableScan": "true"}})


def test_every_statement_says_what_it_is_for() -> None:
    lines = (ROOT / "serverless.yml").read_text().splitlines()
    bare = [number for number, line in enumerate(lines, 1) if re.search(r"Effect: Allow\s*$", line)]

    assert bare == []


def statements_of(resources: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, resource in resources.items():
        given = resource["Properties"]
        policies = [each["PolicyDocument"] for each in given.get("Policies", [])]
        if resource["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::SQS::QueuePolicy"):
            policies.append(given["PolicyDocument"])
        found += [(name, statement) for policy in policies for statement in policy["Statement"]]
    return found
