"""One depot on one stage, where every case happens once, and what `hopscope` says of each.

Every function is real, runs with the real layer, and every message travels over HTTP through the emulator's brokers.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hopscope_stage import App, Bus, Deployment, Function, Queue, Rule, Source, Stage, Stream, Subscription, Topic
from hopscope_tui.cli import _hopscope

HANDLERS = Path(__file__).parent / "handlers"
RULES = Path(__file__).parent / "hopscope.toml"
QUICK_S = 15
"""When the next attempt of a queue's message comes: no sooner than the slowest machine is done with the one before."""

SLOW_S = 30
UNRECORDED = "unrecorded"
"""The case that begins when `whisper` has lost its voice."""

OVER_WITHIN_S = 180.0

QUEUES = {
    "slippery": {},
    "shelf": {},
    "doomed": {"dead_letters": "graves", "max_receives": 2},
    "graves": {},
    "jammed": {"dead_letters": "limbo", "max_receives": 2},
    "limbo": {},
    "pairs": {},
    "mixed": {},
    "sorted": {},
    "foreign": {},
    "orderly.fifo": {},
    "forgotten": {},
    "patient": {},
    "failures": {},
    "announcements": {},
}
CONSUMERS = {
    "slippery": "try-again",
    "shelf": "give-back",
    "doomed": "doomed-worker",
    "graves": "bury",
    "jammed": "belt",
    "pairs": "join",
    "mixed": "sort",
    "sorted": "pack",
    "foreign": "stranger",
    "orderly.fifo": "line-up",
    "failures": "report-failure",
    "announcements": "read-aloud",
}
LISTENERS = {
    "wobbly": ("function.wobble",),
    "hopeless": ("function.give-up",),
    "broken": ("function.break",),
    "sleepy": ("function.sleep",),
    "fragile": ("function.crash",),
    "noted": ("function.take-note",),
    "everywhere": ("function.one", "function.other", "queue.sorted"),
    "announced": ("topic.announcements",),
}
HANDLER_OF = {
    "start": "start",
    "try-again": "fail_at_first",
    "wobble": "fail_at_first",
    "give-back": "give_back",
    "doomed-worker": "fail",
    "belt": "fail_twice",
    "give-up": "fail",
    "break": "fail",
    "sleep": "oversleep",
    "crash": "crash",
    "join": "join",
    "sort": "sort",
    "taste": "fail_at_poison",
}
NOTING = (
    "bury", "pack", "stranger", "line-up", "whisper", "report-failure", "read-aloud", "take-note", "one", "other",
    "legacy", "keep", "celebrate",
)  # fmt: skip
FAILING = {"slippery", "shelf", "doomed", "jammed"}
UNLAYERED = {"legacy", "stranger"}


def a_depot() -> App:
    return App(
        "depot",
        keys="case=detail.case|body.case|case",
        functions=tuple(a_function(name, HANDLER_OF.get(name, "note")) for name in (*HANDLER_OF, *NOTING)),
        queues=tuple(Queue(name, QUICK_S if name in FAILING else SLOW_S, **given) for name, given in QUEUES.items()),
        topics=(Topic("announcements", (Subscription("queue.announcements"),)),),
        streams=(Stream("belt"),),
        buses=(
            Bus(
                "depot",
                (
                    *(Rule(name, {"detail-type": [name]}, to) for name, to in LISTENERS.items()),
                    *(Rule(name, {"detail-type": ["popular"]}, ("function.celebrate",)) for name in ("once", "again")),
                ),
            ),
            Bus("kept", (Rule("keep", {"detail-type": ["kept"]}, ("function.keep",)),), is_archived=True),
        ),
        sources=(
            *(a_source(queue, function) for queue, function in CONSUMERS.items()),
            Source("stream.belt", to="taste", bisects=True, max_retries=1, window_s=0),
        ),
    )


def a_function(name: str, does: str) -> Function:
    urls = {queue.partition(".")[0].upper(): f"${{queue.{queue}.url}}" for queue in QUEUES}
    places = {
        "BUS": "${bus.depot.name}",
        "ARCHIVED_BUS": "${bus.kept.name}",
        "TOPIC": "${topic.announcements.arn}",
        "STREAM": "${stream.belt.name}",
    }
    return Function(
        name,
        f"depot.{does}",
        HANDLERS,
        environment={**urls, **places} if name in {"start", "sort", "join"} else {},
        timeout_s=3 if name == "sleep" else 30 if name == "start" else QUICK_S,
        is_traced=name not in UNLAYERED,
        async_retries=0 if name in {"sleep", "crash"} else None,
        on_failure="queue.failures" if name == "give-up" else None,
    )


def a_source(queue: str, function: str) -> Source:
    return Source(f"queue.{queue}", to=function, reports_failures=queue == "shelf")


@dataclass(frozen=True)
class Depot:
    """What is left of it: what was collected."""

    store: str

    def flow(self, case: str) -> dict[str, Any]:
        """The flow of a case."""
        found: dict[str, Any] = json.loads(self.hopscope("show", f"case={case}", "--json"))["flow"]
        return found

    def shown(self, case: str) -> str:
        """What a person reads of a case."""
        return self.hopscope("show", f"case={case}")

    def hopscope(self, *words: str) -> str:
        asked = [*words, "--store", self.store, "--rules", str(RULES)]
        ran = CliRunner().invoke(_hopscope, asked, env={"COLUMNS": "110"}, catch_exceptions=False)
        assert ran.exit_code == 0, ran.output
        return ran.output


@pytest.fixture(scope="session")
def depot(layer_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """Every case, from beginning to end."""
    folder = tmp_path_factory.mktemp("depot")
    with Stage.start(attach="redirect", layer_zip=layer_zip) as stage:
        deployment = stage.deploy(a_depot())
        cases = json.loads(run_cases())
        with held_back(stage, deployment, "mixed", "pairs"):
            begin(stage, [case for case in cases if case != UNRECORDED])
        silence(stage, "whisper")
        begin(stage, [UNRECORDED])
        stage.settle(deployment, OVER_WITHIN_S)
        redrive(stage, deployment)
        replay(stage, deployment)
        stage.settle(deployment, OVER_WITHIN_S)
        url = f"sqlite:///{folder / 'hopscope.db'}"
        logs = [f"logs:{group}" for group in deployment.log_groups]
        run("collect", *logs, "--once", "--store", url, AWS_ENDPOINT_URL=stage.endpoint)
    depot = Depot(url)
    bus_log = folder / "bus.log"
    bus_log.write_text("\n".join(json.dumps(line) for line in lines_of_the_bus(depot)))
    run("collect", f"file:{bus_log}", "--once", "--store", url)
    return depot


def lines_of_the_bus(depot: Depot) -> Iterator[dict[str, object]]:
    """What EventBridge logs of two of the events, as documented: the emulator keeps no log of a bus."""
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/depot"
    topic = "arn:aws:sns:us-east-1:000000000000:announcements"
    to_topic = {"rule_arn": f"{bus.replace('event-bus', 'rule')}/to-announcements", "target_arns": [topic]}
    for case, step, details in (
        ("unmatched", "NO_STANDARD_RULES_MATCHED", {}),
        ("through-brokers", "RULE_MATCH", to_topic),
    ):
        (send,) = depot.flow(case)["sends"]
        yield {
            "resource_arn": bus,
            "message_timestamp_ms": send["sent_us"] // 1000 + 5,
            "event_bus_name": "depot",
            "message_type": step,
            "log_level": "TRACE",
            "event_id": send["refs"][0].removeprefix("events/"),
            "details": details,
        }


def run_cases() -> str:
    """The names of all cases, as the handlers have them."""
    listing = "import json, depot; print(json.dumps(list(depot.BEGINNINGS)))"
    return subprocess.run(
        [sys.executable, "-c", listing], cwd=HANDLERS, capture_output=True, text=True, check=True
    ).stdout


def begin(stage: Stage, cases: list[str]) -> None:
    invoke = stage.client("lambda").invoke
    for case in cases:
        answer = invoke(FunctionName="start", Payload=json.dumps({"case": case}))
        assert "FunctionError" not in answer, (case, answer["Payload"].read())


@contextmanager
def held_back(stage: Stage, deployment: Deployment, *queues: str) -> Iterator[None]:
    """Nobody is polled from these queues meanwhile, so that what is sent arrives in one batch."""
    client = stage.client("lambda")
    arns = [deployment.arn(f"queue.{queue}") for queue in queues]
    held = [
        each["UUID"]
        for each in client.list_event_source_mappings()["EventSourceMappings"]
        if each["EventSourceArn"] in arns
    ]
    for mapping in held:
        client.update_event_source_mapping(UUID=mapping, Enabled=False)
    yield
    for mapping in held:
        client.update_event_source_mapping(UUID=mapping, Enabled=True)


def silence(stage: Stage, function: str) -> None:
    """From now on its records do not come, though it runs."""
    client = stage.client("lambda")
    variables = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=function, Environment={"Variables": {**variables, "HOPSCOPE_ENABLED": "off"}}
    )


def redrive(stage: Stage, deployment: Deployment) -> None:
    """Somebody repaired the belt, and moves its dead letters back."""
    sqs, limbo = stage.client("sqs"), deployment.url("queue.limbo")
    depth = ["ApproximateNumberOfMessages"]
    wait_until(lambda: sqs.get_queue_attributes(QueueUrl=limbo, AttributeNames=depth)["Attributes"][depth[0]] == "1")
    sqs.start_message_move_task(SourceArn=deployment.arn("queue.limbo"))


def replay(stage: Stage, deployment: Deployment) -> None:
    events, bus = stage.client("events"), deployment.arn("bus.kept")
    archive = bus.replace(":event-bus/", ":archive/")
    now_s = time.time()
    events.start_replay(
        ReplayName="once-more",
        EventSourceArn=archive,
        Destination={"Arn": bus},
        EventStartTime=now_s - 600,
        EventEndTime=now_s + 60,
    )
    wait_until(lambda: events.describe_replay(ReplayName="once-more")["State"] == "COMPLETED")


def wait_until(is_so: Callable[[], bool]) -> None:
    give_up_s = time.monotonic() + OVER_WITHIN_S
    while not is_so():
        assert time.monotonic() < give_up_s
        time.sleep(0.1)


def run(*words: str, **variables: str) -> str:
    own = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    ran = subprocess.run(
        [sys.executable, "-m", "hopscope_tui", *words],
        env={**os.environ, **own, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, f"{words}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
    return ran.stdout
