"""An app that is deployed: where its things are, and how to take it away again."""

from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from hopscope_stage.addresses import Directory, check
from hopscope_stage.errors import NotDeployed, NotRemoved
from hopscope_stage.provision.order import steps
from hopscope_stage.provision.site import Client, Site
from hopscope_stage.shapes import App

Undo = list[tuple[str, Callable[[], object]]]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What `deploy()` made."""

    app: App
    directory: Directory
    client: Callable[[str], Client]
    undo: Undo

    def name(self, address: str) -> str:
        """The real name of `function.place-order`."""
        return self.directory.name(address)

    def arn(self, address: str) -> str:
        """The ARN of `queue.printer`."""
        return self.directory.arn(address)

    def url(self, address: str) -> str:
        """The URL of `queue.printer` or `api.orders`."""
        return self.directory.url(address)

    @property
    def log_groups(self) -> list[str]:
        """The log groups of its functions."""
        return [f"/aws/lambda/{self.name(f'function.{function.name}')}" for function in self.app.functions]

    @property
    def polled_queues(self) -> list[str]:
        """Names, within the app, of the queues that a function is polled from."""
        return [source.of.partition(".")[2] for source in self.app.sources if source.of.startswith("queue.")]

    def remove(self) -> None:
        """Take everything away, newest first; what is already gone is fine.

        Raises:
            NotRemoved: names what is left, after trying everything.
        """
        left = take_away(self.undo)
        if left:
            raise NotRemoved(f"could not remove {'; '.join(left)}")


def deploy(site: Site, app: App, runtime: str) -> Deployment:
    """Make everything the app declares.

    Raises:
        UnknownAddress: the app mentions what it does not have; nothing was made.
        LayerMissing: functions should carry a layer that is not there; nothing was made.
        NotDeployed: a service refused something; what was made before has been removed.
    """
    check(app)
    site.attachment.check()
    try:
        for step in steps(runtime):
            step(site, app)
    except BaseException as problem:
        left = take_away(site.undo)
        if not isinstance(problem, (ClientError, BotoCoreError, ValueError)):
            raise
        remains = f"; could not remove {'; '.join(left)}" if left else ""
        raise NotDeployed(f"cannot deploy {app.name!r}: {problem}{remains}") from problem
    return Deployment(app, site.directory, site.client, site.undo)


def take_away(undo: Undo) -> list[str]:
    """Undo everything, newest first; what could not be, in words. A second call has nothing to do."""
    left: list[str] = []
    while undo:
        what, remove = undo.pop()
        try:
            remove()
        except ClientError as refused:
            if not _is_gone(refused):
                left.append(f"{what}: {refused}")
        except BotoCoreError as problem:
            left.append(f"{what}: {problem}")
    return left


def _is_gone(refused: ClientError) -> bool:
    code = refused.response.get("Error", {}).get("Code", "")
    return any(part in code for part in ("NotFound", "NoSuch", "NonExistent", "DoesNotExist"))
