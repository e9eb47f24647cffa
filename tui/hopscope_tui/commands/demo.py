"""`hopscope demo`: a local stage, real functions with the layer, orders, the collector and the TUI.

stage       an AWS emulator of its own, or --endpoint
layer       dist/layer.zip, attached to every function
orders      the food order, as customers and restaurants would
collector   `hopscope collect logs:…`, a process of its own, exactly as a person would run it
tui         `hopscope tui` on its store; without a terminal the flows are printed instead
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from hopscope_collector.errors import InputError
from hopscope_collector.query import Flows
from hopscope_collector.rules_file import RULES_FILE, rules_for
from hopscope_collector.search.filter import parsed
from hopscope_collector.store.location import open_to_read
from hopscope_collector.wall_clock import wall_clock_us
from hopscope_stage import ATTACHES, Attach, Deployment, Example, Stage, StageError, load
from hopscope_tui.commands import flows, show, stats
from hopscope_tui.text.accounting import Account, account_of

KEY = "order_id"
PATIENCE_OF_A_RESTAURANT = "5s"
"""Stands in for the ten minutes of the example's rules, so that a demo shows an overdue order at once."""

STORE = "hopscope.db"
CHECKOUT = Path(__file__).parents[3]
LAYER_ZIP = CHECKOUT / "dist" / "layer.zip"
BUILD_LAYER = CHECKOUT / "lambda_layer" / "packaging" / "build_zip.py"


class DemoFailed(click.ClickException):
    """The demo could not be shown, or its orders and flows do not add up."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asked for."""

    orders: int
    seed: int
    folder: Path
    attach: Attach
    endpoint: str | None
    """None starts an emulator."""

    layer_zip: Path
    is_kept: bool = False
    """Whether the folder stays."""

    @property
    def store_url(self) -> str:
        """Where the collector writes."""
        return f"sqlite:///{self.folder / STORE}"


@click.command(name="demo")
@click.option(
    "--flows", "orders", type=click.IntRange(1, 10_000), default=30, show_default=True, help="Orders to place."
)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed plans the same orders.")
@click.option("--no-tui", is_flag=True, help="Print the flows instead of opening the TUI.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep the store in this folder.")
@click.option("--endpoint", metavar="URL", help="Use an emulator that already runs, or `aws`.")
@click.option(
    "--attach",
    type=click.Choice([each for each in ATTACHES if each != "none"]),
    default="redirect",
    show_default=True,
    help="How functions get the layer; wrapper needs an emulator with the real runtime client.",
)
@click.option(
    "--layer", type=click.Path(dir_okay=False, path_type=Path), help="The layer's zip; default dist/layer.zip."
)
def command(  # noqa: PLR0913 - one parameter an option
    *,
    orders: int,
    seed: int,
    no_tui: bool,
    keep: Path | None,
    endpoint: str | None,
    attach: Attach,
    layer: Path | None,
) -> None:
    """Run food orders through real functions on a local AWS emulator, and show their flows.

    Every HOPSCOPE_* variable of the shell is set for the functions too: HOPSCOPE_PROPAGATION=off hopscope demo.
    """
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, _end_as_told)
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hopscope-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        _put_aside(folder / STORE)
        wish = Wish(orders, seed, folder.resolve(), attach, endpoint, layer or _built_layer(), keep is not None)
        show = _printed if no_tui or not (sys.stdin.isatty() and sys.stdout.isatty()) else _watched
        try:
            show(wish)
        except StageError as error:
            raise DemoFailed(str(error)) from error


def _end_as_told(number: int, _: object) -> None:
    """A terminal that closes ends the demo as Ctrl-C does: its collector and its stage end with it."""
    sys.exit(128 + number)


def _put_aside(store: Path) -> None:
    """Give the store of an earlier demo another name: the same seed gives the same order ids again."""
    if store.exists():
        made = time.strftime("%Y%m%d-%H%M%S", time.localtime(store.stat().st_mtime))
        for path in store.parent.glob(f"{store.name}*"):
            path.rename(path.with_name(path.name.replace(store.stem, f"{store.stem}-{made}", 1)))
        _say(f"the store of an earlier demo is now {store.stem}-{made}{store.suffix}")


def _printed(wish: Wish) -> None:
    """Place every order, then print the flows, one order in full, and a summary."""
    started = time.monotonic()
    example = load()
    with _raised(wish, example) as (stage, deployment):
        place = _placing(wish, example, stage, deployment)
        with _said(f"placing {wish.orders} orders"), _collecting(wish, stage, deployment):
            place(lambda _: None)
        with _said("collecting what is left in the logs"):
            _collect_once(wish, stage, deployment)
    _print_flows(wish, _fates(wish, example), time.monotonic() - started)


def _watched(wish: Wish) -> None:
    """Open the TUI while the orders run; when it is closed, everything ends."""
    from hopscope_tui.commands.tui import run_on_store

    example = load()
    with _raised(wish, example) as (stage, deployment), _collecting(wish, stage, deployment):
        place = _placing(wish, example, stage, deployment)
        threading.Thread(target=_noting_failure(wish, place), name="orders", daemon=True).start()
        os.environ.update(_surroundings(stage))  # log lines are read from the stage, too, and by this process
        run_on_store(wish.store_url)


@contextmanager
def _raised(wish: Wish, example: Example) -> Iterator[tuple[Stage, Deployment]]:
    """The stage with the example on it, and the example's rules beside the store."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("HOPSCOPE_") and name not in OURS}
    with ExitStack() as stack:
        with _said("raising the stage" if wish.endpoint is None else f"using the stage at {wish.endpoint}"):
            stage = stack.enter_context(
                Stage.start(
                    attach=wish.attach,
                    layer_zip=wish.layer_zip,
                    endpoint=wish.endpoint,
                    settings=settings,
                    report=_say,
                )
            )
        with _said("deploying the food order"):
            deployment = stage.deploy(example.app())
        (wish.folder / RULES_FILE).write_text(_hasty(example.rules_of(deployment)), encoding="utf-8")
        yield stage, deployment


OURS = {"HOPSCOPE_STORE", "HOPSCOPE_RULES", "HOPSCOPE_CORPUS", "HOPSCOPE_STAGE_HOME", "HOPSCOPE_STAGE_RUNTIME"}
"""Variables that are for this side, not for functions."""


def _hasty(rules: str) -> str:
    """The example's rules with a restaurant that has less time."""
    return re.sub(
        r'^within = "10m".*$', f'within = "{PATIENCE_OF_A_RESTAURANT}" # ten minutes outside a demo', rules, flags=re.M
    )


def _placing(
    wish: Wish, example: Example, stage: Stage, deployment: Deployment
) -> Callable[[Callable[[str], None]], object]:
    orders = example.plan(wish.orders, wish.seed)
    return lambda report: example.run(stage, deployment, orders, report)


def _noting_failure(wish: Wish, place: Callable[[Callable[[str], None]], object]) -> Callable[[], None]:
    """Orders that are under way when the TUI is closed lose their stage: that goes into a file, not on the screen."""

    def run() -> None:
        try:
            place(lambda _: None)
        except Exception as error:  # noqa: BLE001 - a thread's boundary
            (wish.folder / "orders.log").write_text(f"{error!r}\n", encoding="utf-8")

    return run


def _collector(deployment: Deployment, *options: str) -> list[str]:
    logs = f"logs:{os.path.commonprefix(deployment.log_groups)}"  # noqa: RUF071 - CloudWatch's prefixes are of characters
    machines = [f"executions:{deployment.arn(f'machine.{machine.name}')}" for machine in deployment.app.machines]
    return [sys.executable, "-m", "hopscope_tui", "collect", logs, *machines, *options]


def _surroundings(stage: Stage) -> Mapping[str, str]:
    """What the collector's process needs to read the stage's logs instead of an account's."""
    if stage.endpoint == "aws":
        return os.environ
    own = {
        "AWS_ENDPOINT_URL": stage.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    return {**{name: value for name, value in os.environ.items() if not name.startswith("AWS_PROFILE")}, **own}


@contextmanager
def _collecting(wish: Wish, stage: Stage, deployment: Deployment) -> Iterator[None]:
    """The collector as a process of its own, following the logs for as long as the block runs."""
    with (wish.folder / "collector.log").open("wb") as log:
        collector = subprocess.Popen(  # noqa: S603 - our own command
            _collector(deployment, "--store", wish.store_url),
            env=_surroundings(stage),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C goes to the demo alone, which ends the collector
        )
        try:
            yield
        finally:
            collector.send_signal(signal.SIGTERM)
            try:
                collector.wait(timeout=20)
            except subprocess.TimeoutExpired:
                collector.kill()
                collector.wait()


def _collect_once(wish: Wish, stage: Stage, deployment: Deployment) -> None:
    """Everything that the logs hold; what the follower had already stored counts as repeated."""
    ran = subprocess.run(  # noqa: S603 - our own command
        _collector(deployment, "--once", "--store", wish.store_url),
        env=_surroundings(stage),
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise DemoFailed(f"the collector failed: {ran.stderr.strip()[-500:]}")


def _fates(wish: Wish, example: Example) -> dict[str, str]:
    return {order.order_id: order.fate for order in example.plan(wish.orders, wish.seed)}


def _print_flows(wish: Wish, fates: Mapping[str, str], took_s: float) -> None:
    account, interesting = _accounted(wish, fates)
    _run(flows.command, "--store", wish.store_url, "--limit", str(wish.orders))
    click.echo(f"\none order in full: hopscope show {KEY}={interesting}\n")
    _run(show.command, f"{KEY}={interesting}", "--store", wish.store_url)
    click.echo(f"\n{len(fates)} orders, {len(account.statuses)} of them one flow each, in {took_s:.0f} s\n")
    click.echo("\n".join(account.lines()))
    click.echo("")
    _run(stats.command, "--store", wish.store_url)
    hopscope = sys.argv[0] if sys.argv[0].endswith("hopscope") else "hopscope"
    if wish.is_kept:
        click.echo(f"\nlook around: {hopscope} tui --store {wish.store_url}")
    else:
        click.echo(f"\nthis store is gone now; to look around: {hopscope} demo --keep DIR")
    if not account.is_balanced:
        raise DemoFailed("orders and flows do not add up: see the lines marked `!`")


def _accounted(wish: Wish, fates: Mapping[str, str]) -> tuple[Account, str]:
    """The account, and an order worth showing in full: one that had trouble and got over it."""
    with open_to_read(wish.store_url) as store:
        known = Flows(store, rules_for(None, wish.store_url), wall_clock_us)
        found = known.page(parsed(""), limit=10 * len(fates)).flows
    account = account_of(fates, found, KEY)
    troubled: Sequence[str] = [order for order, status in account.statuses.items() if status == "recovered"]
    return account, min(troubled or list(fates))


def _run(verb: click.Command, *arguments: str) -> None:
    """Another verb, in this process, as a person would type it."""
    verb.main(args=list(arguments), prog_name=f"hopscope {verb.name}", standalone_mode=False)


def _built_layer() -> Path:
    """`dist/layer.zip` of the checkout, built when it is not there yet."""
    if not LAYER_ZIP.is_file() and BUILD_LAYER.is_file():
        with _said("building the layer"):
            subprocess.run([sys.executable, BUILD_LAYER, LAYER_ZIP], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    if not LAYER_ZIP.is_file():
        raise InputError(f"there is no layer at {LAYER_ZIP}; expected its zip; name one with --layer ZIP")
    return LAYER_ZIP


def _say(words: str) -> None:
    click.echo(f"hopscope: {words}", err=True)


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Say what is done, and how long it took."""
    started = time.monotonic()
    _say(f"{what} …")
    yield
    _say(f"  done in {time.monotonic() - started:.1f} s")
