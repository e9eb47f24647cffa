"""The stage starts, deploys, and leaves nothing behind, however it ends."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hopscope_stage import (
    Api,
    App,
    Bucket,
    Bus,
    Machine,
    Parameters,
    Queue,
    Rule,
    Source,
    Stage,
    StageError,
    Stream,
    Subscription,
    Table,
    Topic,
)
from hopscope_stage.errors import NotDeployed
from hopscope_stage.logs import lines_of

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage")]

OWNER = """
import signal, sys, threading
from hopscope_stage import App, Stage
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits that it is ignored
with Stage.start(report=lambda _: None) as stage:
    print(stage.emulator.process_group, stage.emulator.folder, flush=True)
    threading.Event().wait()
"""


def call(stage, deployment, function, payload=None):
    answer = stage.client("lambda").invoke(
        FunctionName=deployment.name(f"function.{function}"), Payload=json.dumps(payload or {})
    )
    return json.loads(answer["Payload"].read())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_owner_is_interrupted_or_killed(ending, wait_until_gone):
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as owner:
        group, folder = owner.stdout.readline().split()

        owner.send_signal(ending)

        owner.wait(timeout=60)
    wait_until_gone(int(group))
    wait_until_gone_from_disk(Path(folder))


def wait_until_gone_from_disk(folder):
    """The keeper removes the folder after the last process; it outlives a killed owner by that much."""
    for _ in range(500):
        if not folder.exists():
            return
        signal.sigtimedwait([], 0.02)
    pytest.fail(f"{folder} is still there: {list(folder.iterdir())}")


def test_a_failure_inside_ends_the_stage_too(wait_until_gone):
    with pytest.raises(ZeroDivisionError), Stage.start(report=lambda _: None) as stage:
        _ = 1 / 0

    assert stage.emulator is not None
    wait_until_gone(stage.emulator.process_group)
    assert not stage.emulator.folder.exists()


def test_functions_see_lambda_s_packages_and_nothing_of_ours(stage, a_function, monkeypatch):
    deployment = stage.deploy(App("seen", (a_function("surroundings"),)), prefix="seen-")

    seen = call(stage, deployment, "surroundings")

    assert seen["ours"] == []
    assert seen["boto3"] == "1.43.106"
    assert not [path for path in seen["path"] if str(Path(__file__).parents[2]) in path]
    assert seen["variables"]["AWS_ENDPOINT_URL"] == stage.endpoint


def test_nothing_of_the_person_s_shell_reaches_a_function(a_function, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HOPSCOPE_STORE", "mine")
    with Stage.start() as stage:
        deployment = stage.deploy(App("shell", (a_function("surroundings"),)))

        variables = call(stage, deployment, "surroundings")["variables"]

    assert "AWS_PROFILE" not in variables
    assert "HOPSCOPE_STORE" not in variables


def test_every_line_of_an_invocation_is_in_its_log(stage, a_function):
    deployment = stage.deploy(App("talk", (a_function("talk"),)), prefix="talk-")

    call(stage, deployment, "talk", {"lines": 200})

    lines = lines_of(deployment, "talk")
    assert lines[1:-2] == [*(f"line {number}" for number in range(200)), "no newline at the end"]


def test_a_log_says_how_an_invocation_ended(stage, a_function):
    app = App("ends", (a_function("die"), a_function("oversleep", timeout_s=1)))
    deployment = stage.deploy(app, prefix="ends-")

    call(stage, deployment, "die")
    call(stage, deployment, "oversleep")

    start, *died, _, _ = lines_of(deployment, "die")
    request_id = start.split()[2]
    error = f"RequestId: {request_id} Error: Runtime exited with error: exit status 7"
    assert died == ["last words", error, "Runtime.ExitError"]
    start, *slept, _, _ = lines_of(deployment, "oversleep")
    request_id = start.split()[2]
    assert slept[0] == "good night"
    assert re.fullmatch(rf"[-\dT:.]+Z {request_id} Task timed out after 1\.00 seconds", slept[1])


def test_somebody_else_s_emulator_is_used_and_left_as_it_was(stage, a_function):
    app = App(
        "guest",
        (a_function(),),
        queues=(Queue("work", dead_letters="lost"), Queue("lost")),
        topics=(Topic("news", (Subscription("queue.work"),)),),
        buses=(Bus("bus", (Rule("all", {"source": ["x"]}, to=("queue.work", "function.show")),), is_archived=True),),
        sources=(Source("queue.work", to="show"), Source("stream.stream", to="show")),
        tables=(Table("table", key="id"),),
        streams=(Stream("stream"),),
        buckets=(Bucket("bucket"),),
        parameters=(Parameters("folder"),),
        apis=(Api("api", {"POST /show/{what}": "show", "GET /show": "show"}),),
        machines=(Machine("machine", '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'),),
    )

    before = everything(stage)
    with Stage.start(endpoint=stage.endpoint) as guest:
        deployment = guest.deploy(app)
        prefix = deployment.name("queue.work").removesuffix("work")
        with pytest.raises(NotDeployed, match=f"{prefix}guest"):
            guest.deploy(app, prefix=prefix)
        guest.client("ssm").put_parameter(Name=f"/{prefix}folder/a/b", Value="left", Type="String")
        guest.client("s3").put_object(Bucket=deployment.name("bucket.bucket"), Key="left", Body=b"")
        during = everything(stage)

    assert re.fullmatch(r"hopscope-demo-[0-9a-f]{4}-", prefix)
    assert [kind for kind, names in during.items() if names == before[kind]] == []
    assert everything(stage) == before


def everything(stage):
    """What there is on the emulator, by kind and name."""
    return {
        "topics": {each["TopicArn"] for each in stage.client("sns").list_topics()["Topics"]},
        "archives": {each["ArchiveName"] for each in stage.client("events").list_archives()["Archives"]},
        "streams": set(stage.client("kinesis").list_streams()["StreamNames"]),
        "buckets": {each["Name"] for each in stage.client("s3").list_buckets()["Buckets"]},
        "parameters": {each["Name"] for each in stage.client("ssm").describe_parameters()["Parameters"]},
        "APIs": {each["name"] for each in stage.client("apigateway").get_rest_apis()["items"]},
        "machines": {each["name"] for each in stage.client("stepfunctions").list_state_machines()["stateMachines"]},
        "functions": {each["FunctionName"] for each in stage.client("lambda").list_functions()["Functions"]},
        "sources": len(stage.client("lambda").list_event_source_mappings()["EventSourceMappings"]),
        "queues": set(stage.client("sqs").list_queues().get("QueueUrls", [])),
        "buses": {each["Name"] for each in stage.client("events").list_event_buses()["EventBuses"]},
        "tables": set(stage.client("dynamodb").list_tables()["TableNames"]),
        "roles": {each["RoleName"] for each in stage.client("iam").list_roles()["Roles"]},
    }


def test_what_was_made_before_a_refusal_is_removed(stage, a_function):
    before = everything(stage)
    app = App("bad", (a_function(),), tables=(Table("good", key="id"),), buckets=(Bucket("BAD_BUCKET"),))

    with pytest.raises(NotDeployed, match="cannot deploy 'bad'"):
        stage.deploy(app, prefix="bad-")

    assert everything(stage) == before


def test_a_layer_that_is_not_there_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(StageError, match="run `make layer`"):
        Stage.start(attach="redirect", layer_zip=tmp_path / "layer.zip")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "nonsense"])
def test_an_endpoint_where_nothing_answers_is_named(endpoint):
    with pytest.raises(StageError, match=f"no AWS answers at {endpoint}: .*; without an endpoint one is started"):
        Stage.start(endpoint=endpoint)
