"""What people get wrong is said with its place, and packaging asks nobody."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("plugin")

SERVICES = Path(__file__).parent / "services"
FRAMEWORKS = ["osls 4", "serverless 3"]

WARNINGS_OF_QUEUES = ["visibility", "filter-deletes"]

TYPOS = {
    "stages: [dev, prod]": ("stage: [dev, prod]", "at 'custom.hopscope': unrecognized property 'stage'"),
    "order_id: [detail.orderId, body.orderId]": ("order_id: [detail..id]", "at 'custom.hopscope.keys.order_id.0': must match pattern"),
    "propagation: false": ("propagation: {sqs: maybe}", "at 'functions.awardPoints.hopscope.propagation.sqs': must be boolean"),
    "keys: {points: detail.points}": ("attach: wraper", "at 'functions.awardPoints.hopscope.attach': must be equal to one of"),
    "user: detail.user.id": ("user: detail.id\n    redact: {secret: in-clear}", "at 'custom.hopscope.redact.secret': unsupported"),
}  # fmt: skip


def edited(folder: Path, old: str, new: str) -> Path:
    path = folder / "serverless.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return folder


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_typos_fail_with_their_places(workshop: Any, framework: str) -> None:
    folder = workshop.place(SERVICES / "bus")
    edited(folder, "service: bus", "service: bus\nconfigValidationMode: error")  # serverless 3 only warns by default
    for written, (typo, _) in TYPOS.items():
        edited(folder, written, typo)

    ran = workshop.run(framework, folder, "package")

    assert ran.returncode == 1
    output = ran.stdout + ran.stderr
    assert [said for _, said in TYPOS.values() if said not in output] == [], output


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_function_that_was_named_must_be_attached(workshop: Any, framework: str) -> None:
    folder = edited(
        workshop.place(SERVICES / "individual"), "include: [order*, legacy]", "include: [orderPage, legacy]"
    )

    ran = workshop.run(framework, folder, "package")

    assert ran.returncode == 1
    assert "hopscope: cannot attach\n" in ran.stdout + ran.stderr
    assert "orderPage: its runtime is nodejs22.x; the layer runs on python3.10 to python3.14" in ran.stdout + ran.stderr


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_packaging_asks_nobody(workshop: Any, framework: str) -> None:
    """In a network namespace of its own, where there is nothing, not even loopback."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine gives no network namespaces (unshare -rn)")
    folder = workshop.place(SERVICES / "queues")

    ran = workshop.run(framework, folder, "package", before=(unshare, "-rn"))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (folder / ".serverless" / "hopscope.zip").is_file()
    said = [line for line in (ran.stdout + ran.stderr).splitlines() if "hopscope: " in line]
    assert [line.rpartition("[")[2].rstrip("]") for line in said if line.endswith("]")] == WARNINGS_OF_QUEUES


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_packaging_twice_is_as_once_and_into_a_folder_of_choice(workshop: Any, framework: str) -> None:
    folder = workshop.place(SERVICES / "queues")
    workshop.package(framework, folder)
    once = template_in(folder / ".serverless")
    workshop.package(framework, folder)
    twice = template_in(folder / ".serverless")
    ran = workshop.run(framework, folder, "package", "--package", "built")

    assert once == twice
    assert ran.returncode == 0
    assert template_in(folder / "built") == once
    assert (folder / "built" / "hopscope.zip").is_file()


def template_in(folder: Path) -> Any:
    text = (folder / "cloudformation-template-update-stack.json").read_text()
    return json.loads(re.sub(r"/\d{13}-[0-9T:.Z-]+/", "/then/", text))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_attaching_publishes_a_new_version_of_the_function(packages: Any, framework: str) -> None:
    """An alias with provisioned concurrency would otherwise go on with the version that has no layer."""

    def version_of(variant: str) -> str:
        template = packages["http", framework, variant].template
        return str(
            template["Resources"]["PlaceOrderProvConcLambdaAlias"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
        )

    assert version_of("with") != version_of("without")
