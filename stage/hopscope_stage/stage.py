"""The stage: an AWS emulator (its own, or one that runs already) where functions really run.

with Stage.start(attach="redirect", layer_zip=Path("dist/layer.zip")) as stage:
    deployment = stage.deploy(food_order.app())
    …
"""

import os
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hopscope_stage import emulator
from hopscope_stage.addresses import Directory, Place
from hopscope_stage.attach import Attach, Attachment
from hopscope_stage.deployment import Deployment, deploy
from hopscope_stage.emulator import Emulator
from hopscope_stage.errors import EmulatorNotReady
from hopscope_stage.provision.site import Client, Site
from hopscope_stage.settle import settle
from hopscope_stage.shapes import App

REGION = "us-east-1"
DUMMY = "test"
"""The access key and secret that emulators take."""

NOTHING_OF_THE_SHELL = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""What botocore would read from `AWS_PROFILE` and the files of ~/.aws: not for an emulator."""

AWS = "aws"
"""The endpoint that stands for the person's own account."""

SHARED_PREFIX = "hopscope-demo-"
"""Where other things may live, every name begins with this and some letters of its deployment's own: what an
earlier one left, such as the names of executions, is not in the way."""


def say(message: str) -> None:
    """Tell the person at the terminal."""
    print(f"[stage] {message}", file=sys.stderr)  # noqa: T201 - the default reporter


@dataclass(slots=True)
class Stage:
    """Where examples are deployed; a context manager that leaves nothing behind."""

    endpoint: str
    """URL of the emulator, or `aws`."""

    attachment: Attachment
    emulator: Emulator | None = None
    """None when somebody else's emulator or account is used."""

    is_kept: bool = False
    """True leaves what was deployed to somebody else's emulator."""

    _deployments: list[Deployment] = field(default_factory=list)
    _clients: dict[str, Client] = field(default_factory=dict)
    _making_clients: threading.Lock = field(default_factory=threading.Lock)
    """boto3's sessions are not safe between threads; the clients they make are."""

    @classmethod
    def start(
        cls,
        *,
        attach: Attach = "none",
        layer_zip: Path | None = None,
        endpoint: str | None = None,
        settings: Mapping[str, str] | None = None,
        is_kept: bool = False,
        report: Callable[[str], None] = say,
    ) -> Self:
        """A stage that answers.

        Args:
            attach: how functions get the layer; `wrapper` needs an emulator with the real runtime client.
            layer_zip: the layer, unless `attach` is `none`.
            endpoint: an emulator that runs already, or `aws`. None starts one, which ends with the stage.
            settings: `HOPSCOPE_*` variables for every function.
            is_kept: leave on `endpoint` what was deployed there.
            report: told what takes long.

        Raises:
            LayerMissing: there is no zip to attach.
            EnvironmentNotMade: the emulator could not be installed.
            EmulatorNotReady: the emulator does not answer.
        """
        attachment = Attachment(attach, layer_zip, dict(settings or {}))
        attachment.check()
        if endpoint is not None:
            guest = cls(endpoint, attachment, is_kept=is_kept)
            guest.account()
            return guest
        own = emulator.start(report)
        return cls(own.endpoint, attachment, emulator=own)

    def client(self, service: str) -> Client:
        """A boto3 client of this stage; the same one each time, to be shared between threads."""
        with self._making_clients:
            if service not in self._clients:
                self._clients[service] = self._make_client(service)
            return self._clients[service]

    def _make_client(self, service: str) -> Client:
        config = Config(region_name=REGION, max_pool_connections=32, retries={"mode": "standard"})
        if self.endpoint == AWS:
            return boto3.Session().client(service, config=config)
        session = boto3.Session(
            aws_access_key_id=DUMMY,
            aws_secret_access_key=DUMMY,
            region_name=REGION,
            botocore_session=botocore.session.Session(NOTHING_OF_THE_SHELL),
        )
        return session.client(service, endpoint_url=self.endpoint, config=config)

    def deploy(
        self,
        app: App,
        *,
        prefix: str | None = None,
        attach: Attach | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Deployment:
        """Make everything the app declares.

        Args:
            prefix: put before every name. None for none on an own emulator, `hopscope-demo-3f9a-` elsewhere.
            attach: other than the stage's own, for this app alone.
            settings: more `HOPSCOPE_*` variables, for this app alone.

        Raises:
            NotDeployed: a service refused something; what was made before has been removed.
            UnknownAddress: the app mentions what it does not have.
        """
        if prefix is None:
            prefix = "" if self.emulator else f"{SHARED_PREFIX}{secrets.token_hex(2)}-"
        place = Place(self.account(), REGION, prefix)
        attachment = replace(
            self.attachment,
            how=attach or self.attachment.how,
            settings={**self.attachment.settings, **(settings or {})},
        )
        site = Site(self.client, place, Directory.of(app, place), attachment)
        deployment = deploy(site, app, runtime_name())
        self._deployments.append(deployment)
        return deployment

    def account(self) -> str:
        """The number of the account that is deployed to.

        Raises:
            EmulatorNotReady: nothing answers at the endpoint.
        """
        try:
            return str(self.client("sts").get_caller_identity()["Account"])
        except (BotoCoreError, ClientError, ValueError) as problem:
            raise EmulatorNotReady(
                f"no AWS answers at {self.endpoint}: {problem}; expected the URL of a running emulator, or {AWS!r}; "
                "without an endpoint one is started"
            ) from problem

    def settle(self, deployment: Deployment, within_s: float = 120.0) -> None:
        """Wait until nothing of the deployment moves any more.

        Raises:
            NotSettled: says what still moved.
        """
        settle(deployment, within_s)

    def stop(self) -> None:
        """End the own emulator, or remove what was deployed to another. A second call does nothing.

        Raises:
            NotRemoved: names what is left on the other emulator.
        """
        if self.emulator:
            self.emulator.stop()
        elif not self.is_kept:
            while self._deployments:
                self._deployments.pop().remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def runtime_name() -> str:
    """What Lambda calls this interpreter; `HOPSCOPE_STAGE_RUNTIME` names another one for a real account."""
    return os.environ.get("HOPSCOPE_STAGE_RUNTIME", f"python3.{sys.version_info.minor}")
