"""Hopscope's own stack and the food order, deployed from their compiled templates: orders run, the deployed collector
takes what subscriptions deliver, and everything that looks shows the flows from the table."""

import base64
import gzip
import json
import os
import platform
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.store.contract import Stats
from hopscope_collector.store.location import open_to_read
from hopscope_stage import emulator
from hopscope_stage.errors import EnvironmentNotMade
from hopscope_stage.faults import FaultyDynamoDb, Shares
from hopscope_tui.app import HopscopeApp
from hopscope_tui.sources.store import StoreSource
from hopscope_tui.widgets.flow_list import FlowList
from hopscope_wire.encode import line_of

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("plugin")]

ROOT = Path(__file__).parents[2]
FOOD_ORDER = ROOT / "examples" / "food_order"
FRAMEWORK = "osls 4"
REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
ARCHITECTURE = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
"""Of the emulator's own interpreter, which runs the functions."""

PATIENCE_S = 120.0
COLLECTOR = "hopscope-dev-collector"


@dataclass(frozen=True, slots=True)
class Account:
    """The emulator as an AWS account."""

    endpoint: str

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def deploy(self, name: str, packaged: Path, artifacts: tuple[Path, ...]) -> dict[str, str]:
        """A stack from what a framework compiled, as the framework deploys it; its outputs."""
        formation, s3 = self.client("cloudformation"), self.client("s3")
        first = (packaged / "cloudformation-template-create-stack.json").read_text()
        formation.create_stack(StackName=name, TemplateBody=first, Capabilities=["CAPABILITY_NAMED_IAM"])
        wait_for(lambda: self.status(name) == "CREATE_COMPLETE", f"stack {name}: the bucket")
        found = formation.describe_stack_resource(StackName=name, LogicalResourceId="ServerlessDeploymentBucket")
        bucket = found["StackResourceDetail"]["PhysicalResourceId"]
        whole = (packaged / "cloudformation-template-update-stack.json").read_text()
        for key in artifact_keys(json.loads(whole)):
            (artifact,) = [path for path in (*packaged.iterdir(), *artifacts) if path.name == key.rpartition("/")[2]]
            s3.upload_file(str(artifact), bucket, key)
        s3.put_object(Bucket=bucket, Key="template.json", Body=whole.encode())  # it may be larger than a body may be
        where = f"{self.endpoint}/{bucket}/template.json"
        formation.update_stack(StackName=name, TemplateURL=where, Capabilities=["CAPABILITY_NAMED_IAM"])
        wait_for(lambda: self.status(name) == "UPDATE_COMPLETE", f"stack {name}")
        (stack,) = formation.describe_stacks(StackName=name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def status(self, name: str) -> str:
        (stack,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        status = str(stack["StackStatus"])
        if "ROLLBACK" in status or "FAILED" in status:
            events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
            why = [
                f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason')}"
                for e in events
                if "FAILED" in e["ResourceStatus"]
            ]
            pytest.fail(f"stack {name}: {status}: {why}")
        return status

    def remove(self, name: str) -> None:
        formation, s3 = self.client("cloudformation"), self.client("s3")
        found = formation.describe_stack_resource(StackName=name, LogicalResourceId="ServerlessDeploymentBucket")
        bucket = found["StackResourceDetail"]["PhysicalResourceId"]
        for each in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
            s3.delete_object(Bucket=bucket, Key=each["Key"])
        formation.delete_stack(StackName=name)
        wait_for(lambda: not self.is_there(name), f"stack {name} to go")

    def is_there(self, name: str) -> bool:
        stacks = self.client("cloudformation").list_stacks()["StackSummaries"]
        return any(each["StackName"] == name and each["StackStatus"] != "DELETE_COMPLETE" for each in stacks)

    def call(self, function: str, body: Mapping[str, Any], **path: str) -> None:
        """What the HTTP API would send to a function of the food order."""
        request = {"requestId": secrets.token_hex(8)}
        event = {"version": "2.0", "body": json.dumps(body), "pathParameters": path, "requestContext": request}
        answer = self.client("lambda").invoke(FunctionName=f"food-order-dev-{function}", Payload=json.dumps(event))
        assert json.loads(answer["Payload"].read())["statusCode"] in (202, 204)

    def put(self, *data: bytes) -> None:
        """Records into the stream of Hopscope."""
        records = [{"Data": each, "PartitionKey": str(number)} for number, each in enumerate(data)]
        self.client("kinesis").put_records(StreamName="hopscope-dev", Records=records)

    def redirect_collector(self, endpoint: str) -> None:
        """Let the deployed collector find DynamoDB elsewhere."""
        functions = self.client("lambda")
        kept = functions.get_function_configuration(FunctionName=COLLECTOR)["Environment"]["Variables"]
        variables = {**kept, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
        functions.update_function_configuration(FunctionName=COLLECTOR, Environment={"Variables": variables})

    def letters(self, url: str) -> list[dict[str, Any]]:
        sqs = self.client("sqs")
        return [
            json.loads(each["Body"])
            for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ())
        ]


def artifact_keys(template: Any) -> set[str]:
    """Every S3 key that a template names."""
    if isinstance(template, dict):
        own = {template["S3Key"]} if isinstance(template.get("S3Key"), str) else set()
        return own.union(*map(artifact_keys, template.values()))
    return set().union(*map(artifact_keys, template)) if isinstance(template, list) else set()


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    """Ask until it is so; every step here is asynchronous on AWS."""
    give_up_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up_s, f"waited {PATIENCE_S:.0f} s for {what}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def collector_zip() -> Path:
    """The collector for the emulator's interpreter."""
    script = ROOT / "collector" / "packaging" / "function_zip.py"
    command = [sys.executable, str(script), "--python", PYTHON, "--architecture", ARCHITECTURE]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        pytest.skip(f"the collector's zip cannot be built: {built.stderr.strip()[-300:]}")
    return ROOT / "dist" / f"collector-{ARCHITECTURE}-python{PYTHON}.zip"


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    try:
        running = emulator.start(lambda _: None)
    except EnvironmentNotMade as problem:
        pytest.skip(f"the emulator could not be installed: {problem}")
    try:
        yield Account(running.endpoint)
    finally:
        running.stop()


@pytest.fixture(scope="module")
def outputs(account: Account, workshop: Any, stack: Any, collector_zip: Path) -> dict[str, str]:
    """Both stacks, deployed; the outputs of Hopscope's own."""
    given = ("--param", f"python={PYTHON}", "--param", f"architecture={ARCHITECTURE}", "--param", "window_s=0")
    mine = stack(FRAMEWORK, *given)
    said = account.deploy("hopscope-dev", mine.folder / ".serverless", (collector_zip,))
    folder = workshop.place(FOOD_ORDER)
    service = folder / "serverless.yml"
    subscribed = f"  hopscope:\n    logs: {{destination: '{said['DestinationArn']}'}}\n"
    service.write_text(service.read_text().replace("  hopscope: # hopscope\n", subscribed))
    theirs = workshop.package(FRAMEWORK, folder, "--param", "attach=handler")
    account.deploy("food-order-dev", theirs.folder / ".serverless", ())
    return said


@pytest.fixture
def store_url(account: Account, outputs: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", account.endpoint)
    return outputs["StoreUrl"]


def hopscope(*words: str) -> str:
    command = [sys.executable, "-c", "from hopscope_tui.cli import main; main()", *words]
    ran = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


async def test_orders_run_and_everything_that_looks_shows_their_flows_from_the_table(
    account: Account, store_url: str
) -> None:
    """Whose turn it is, the restaurant and the customer see in the table itself."""
    restaurant = {"name": "Da Mario", "printer": "awake"}
    for order, via in ORDERS.items():
        account.call("place-order", {"orderId": order, "via": via, "restaurant": restaurant, "totalCents": 900})
    for order, via in ORDERS.items():
        wait_for_runs(store_url, order, "print-ticket", FIRST_WAIT[via])
        account.call("accept-order", {"minutes": 25}, orderId=order)
    for order, via in ORDERS.items():
        wait_for_runs(store_url, order, SECOND_WAIT[via])
        account.call("complete-order", {"paidCents": 900}, orderId=order)
    for order in ORDERS:
        wait_for_runs(store_url, order, "award-points", "send-confirmation")

    flows = json.loads(hopscope("flows", "--json", "--store", store_url))["flows"]
    assert sorted((flow["keys"]["order_id"], flow["status"]) for flow in flows) == [(order, "done") for order in ORDERS]
    shown = json.loads(hopscope("show", "order_id=o-1", "--json", "--store", store_url))["flow"]
    assert [name.removeprefix("food-order-dev-") for name in shown["functions"]] == CHOREOGRAPHED
    assert "o-3" in hopscope("flows", "key:order_id=o-3", "--store", store_url)
    assert "refused              0" in hopscope("stats", "--store", store_url)
    rows = await rows_of_the_terminal_ui(store_url, len(ORDERS))
    for order in ORDERS:  # they end side by side, so which of them is the newest is not ours to say
        assert [row for row in rows if order in row and "done" in row]


ORDERS = {"o-1": "events", "o-2": "events", "o-3": "state-machine"}
FIRST_WAIT = {"events": "notify-restaurant", "state-machine": "wait-for-acceptance"}
SECOND_WAIT = {"events": "notify-user", "state-machine": "wait-for-completion"}
CHOREOGRAPHED = [
    "place-order", "notify-restaurant", "print-ticket", "accept-order",
    "notify-user", "send-confirmation", "complete-order", "award-points",
]  # fmt: skip


def wait_for_runs(store_url: str, order: str, *functions: str) -> None:
    """Until the table knows that these functions are done with the order."""
    wanted = {f"food-order-dev-{function}" for function in functions}

    def have_run() -> bool:
        with open_to_read(store_url) as store:
            flow = Flows(store, Rules(), now_us).flow(f"order_id={order}")
        return flow is not None and wanted <= {hop.function for hop in flow.hops if hop.status == "done"}

    wait_for(have_run, f"{order}: {', '.join(functions)}")


def now_us() -> int:
    return time.time_ns() // 1_000


async def rows_of_the_terminal_ui(store_url: str, count: int) -> list[str]:
    app = HopscopeApp(StoreSource(store_url), look_every_s=None)
    async with app.run_test(size=(120, 30)) as pilot:
        for _ in range(2):
            await app.workers.wait_for_complete()
            await pilot.pause()
        flows = app.screen.query_one(FlowList)
        return [flows.render_line(y).text for y in range(count)]


def test_the_history_of_an_execution_is_fetched_when_its_status_changes(account: Account, store_url: str) -> None:
    """The rule puts the event into the queue, and the second function asks Step Functions."""
    states = account.client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]
    (execution,) = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]

    def states_known() -> set[str]:
        with open_to_read(store_url) as store:
            known = Flows(store, Rules(), now_us).execution(execution["executionArn"])
        return {state.name for state in known.walk() if state.status == "SUCCEEDED"} if known else set()

    wait_for(lambda: {"WaitForAcceptance", "WaitForCompletion"} <= states_known(), "the history")


def test_duplicates_poison_and_throttled_writes_lose_and_double_nothing(
    account: Account, outputs: dict[str, str], store_url: str
) -> None:
    with open_to_read(store_url) as store:
        before = store.stats()
    payloads = [payload(range(start, start + 5)) for start in range(1_000, 1_060, 5)]
    cut = payload(range(2_000, 2_005))[:-20]
    shares = Shares(refuse=0.2, half=0.2, lose=0.1)
    with FaultyDynamoDb(account.endpoint, shares) as faulty:
        account.redirect_collector(faulty.endpoint)
        account.put(*payloads[:6], cut, *payloads[3:], *payloads)
        wait_for(lambda: stats_of(store_url).stored == before.stored + 120, "every record")
        wait_for(lambda: stats_of(store_url).received == before.received + 120 + 150 + 1, "every repeat")
        account.redirect_collector(account.endpoint)
        assert {"refuse", "half", "lose"} <= faulty.met.keys()

    with open_to_read(store_url) as store:
        after = store.stats()
        assert (after.stored - before.stored, after.repeated - before.repeated) == (120, 150)
        assert (after.kept, after.refused) == (after.stored, {"broken_stream": 1})
        for number in range(1_000, 1_060):
            assert len(store.records_of([f"{number:032x}"]).records) == 2
    (letter,) = account.letters(outputs["DeadLettersUrl"])
    assert letter["reason"] == "payload is cut; expected gzip in base64"
    assert base64.b64decode(letter["content"]) == cut


def stats_of(store_url: str) -> Stats:
    with open_to_read(store_url) as store:
        return store.stats()


def payload(numbers: Iterable[int]) -> bytes:
    """What a subscription delivers of some invocations."""
    lines = [line for number in numbers for line in lines_of(number)]
    events = [{"id": str(at), "timestamp": 1, "message": line} for at, line in enumerate(lines)]
    said = {"messageType": "DATA_MESSAGE", "logGroup": "/aws/lambda/f", "logStream": "s", "logEvents": events}
    return gzip.compress(json.dumps(said).encode())


START_US = 1_795_200_000_000_000


def lines_of(number: int) -> tuple[str, str]:
    both = {
        "traceId": f"{number:032x}",
        "invocationId": f"{number:012x}0000",
        "requestId": f"request-{number}",
        "function": "f",
        "startUs": START_US + number,
    }
    end = {"record": "end", **both, "endUs": START_US + number + 7, "durationUs": 7, "outcome": "ok", "sends": []}
    return line_of({"record": "begin", **both, "messages": []}), line_of(end)


def test_both_stacks_are_removed_without_a_trace(account: Account, outputs: dict[str, str]) -> None:
    account.remove("food-order-dev")
    account.remove("hopscope-dev")

    assert account.client("lambda").list_functions()["Functions"] == []
    assert account.client("lambda").list_layers()["Layers"] == []
    assert account.client("dynamodb").list_tables()["TableNames"] == []
    assert account.client("kinesis").list_streams()["StreamNames"] == []
    assert account.client("sqs").list_queues().get("QueueUrls", []) == []
    assert account.client("logs").describe_destinations()["destinations"] == []
    assert account.client("logs").describe_log_groups()["logGroups"] == []
    assert [role["RoleName"] for role in account.client("iam").list_roles()["Roles"]] == []
