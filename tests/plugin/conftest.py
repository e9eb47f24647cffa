"""The frameworks from npm, installed once a lock file, and the services of this folder packaged with and without the plugin."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "plugin"
SERVICES = {path.name: path for path in sorted((Path(__file__).parent / "services").iterdir()) if path.is_dir()}
SERVICES["food_order"] = ROOT / "examples" / "food_order"
FRAMEWORKS = {"osls 4": "osls/bin/serverless.js", "serverless 3": "serverless/bin/serverless.js"}
TEMPLATE = Path(".serverless", "cloudformation-template-update-stack.json")
LAYERS = (PLUGIN / "layer.zip", ROOT / "dist" / "layer.zip")
"""Where the plugin looks for the layer, in this order."""

MARK = "hopscope"
"""A line of a service that ends in a comment with this word belongs to the plugin."""

CFN_LINT = "cfn-lint==1.58.0"
FRAMEWORKS_OWN = "W3005"
"""The frameworks write `DependsOn` where a reference already says so."""

Variant = Literal["with", "without"]


@dataclass(frozen=True, slots=True)
class Packaged:
    """What one framework made of one service."""

    folder: Path
    template: dict[str, Any]

    @property
    def template_file(self) -> Path:
        return self.folder / TEMPLATE


@dataclass(frozen=True, slots=True)
class Workshop:
    """A folder whose `node_modules` holds the frameworks and the plugin under its own name."""

    folder: Path
    node: str
    scratch: Path

    def place(self, source: Path, variant: Variant = "with") -> Path:
        """A fresh copy of a service, with the plugin or as its author would write it who never heard of us."""
        folder = Path(tempfile.mkdtemp(prefix=f"{source.name}-{variant}-", dir=self.scratch))
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        if variant == "without":
            self.take_away(folder)
        return folder

    def take_away(self, folder: Path) -> None:
        """Remove the plugin from a service: every line whose comment says that it is ours."""
        for path in folder.glob("serverless.*"):
            path.write_text(without_marked_lines(path.read_text()))

    def run(
        self,
        framework: str,
        folder: Path,
        *words: str,
        env: dict[str, str] | None = None,
        before: tuple[str, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """One command of a framework in a service's folder; `before` is what the command is started by."""
        script = self.folder / "node_modules" / FRAMEWORKS[framework]
        return subprocess.run(
            [*before, self.node, str(script), *words],
            cwd=folder,
            env={**quiet_environment(self.folder), **(env or {})},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    @contextmanager
    def running(self, framework: str, folder: Path, *words: str) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
        """A command that stays; the process and the file that it prints to. It ends with all it started."""
        script = self.folder / "node_modules" / FRAMEWORKS[framework]
        log = folder / "output.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [self.node, str(script), *words],
                cwd=folder,
                env=quiet_environment(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                yield process, log
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                process.wait(timeout=30)

    def package(self, framework: str, folder: Path, *words: str) -> Packaged:
        """Package, or fail with what the framework said."""
        ran = self.run(framework, folder, "package", *words)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return Packaged(folder, json.loads((folder / TEMPLATE).read_text()))


def without_marked_lines(text: str) -> str:
    """The text without the lines that end in `# hopscope`."""
    return "".join(line for line in text.splitlines(keepends=True) if line.rstrip().split(" ")[-1] != MARK)


def quiet_environment(home: Path) -> dict[str, str]:
    """No tracking, no notices, nothing of the person's own: caches below `home`, no way to AWS."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home / "home"),
        "CI": "1",
        "SLS_TRACKING_DISABLED": "1",
        "SLS_TELEMETRY_DISABLED": "1",
        "SLS_NOTIFICATIONS_MODE": "off",
        "SLS_DEPRECATION_DISABLE": "*",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture(scope="session")
def node() -> str:
    """Node, or a skip with the reason."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed: the plugin is JavaScript")
    return found


@pytest.fixture(scope="session")
def layer_zip() -> Path:
    """The layer that the plugin ships, as `make layer` builds it."""
    built = [path for path in LAYERS if path.is_file()]
    if not built:
        pytest.skip("dist/layer.zip is not built: make layer")
    return built[0]


@pytest.fixture(scope="session")
def workshop(node: str, layer_zip: Path) -> Iterator[Workshop]:
    """The frameworks of plugin/package-lock.json, installed once for each lock file."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: the frameworks come from it")
    lock = (PLUGIN / "package-lock.json").read_bytes()
    folder = ROOT / ".cache" / "plugin" / hashlib.sha256(lock).hexdigest()[:16]
    if not (folder / "installed").exists():
        install(npm, folder)
    link = folder / "node_modules" / "serverless-hopscope"
    if not link.is_symlink():
        link.symlink_to(PLUGIN, target_is_directory=True)
    (folder / "home").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="services-", dir=folder) as scratch:
        yield Workshop(folder, node, Path(scratch))


def install(npm: str, folder: Path) -> None:
    """Install what the lock file names; skip when the registry does not answer, for then nothing can be said."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PLUGIN / name, folder / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    if ran.returncode != 0:
        pytest.skip(f"npm could not install the frameworks of plugin/package-lock.json: {ran.stderr.strip()[-300:]}")
    (folder / "installed").touch()


Packages = dict[tuple[str, str, Variant], Packaged]


@pytest.fixture(scope="session")
def packages(workshop: Workshop) -> Packages:
    """Every service by every framework, with the plugin and without, two at a time.

    What was packaged from the same files by the same framework is taken from the cache: a second run is fast.
    """
    variants: tuple[Variant, Variant] = ("with", "without")
    wanted = [(name, framework, variant) for name in SERVICES for framework in FRAMEWORKS for variant in variants]
    kept = workshop.folder / "packaged"
    kept.mkdir(exist_ok=True)

    def made(key: tuple[str, str, Variant]) -> Packaged:
        name, framework, variant = key
        folder = kept / digest_of(SERVICES[name], framework, variant)
        if not folder.exists():
            package = workshop.package(framework, workshop.place(SERVICES[name], variant))
            with suppress(OSError):  # another worker was faster, with the same content
                package.folder.rename(folder)
        return Packaged(folder, json.loads((folder / TEMPLATE).read_text()))

    with ThreadPoolExecutor(2) as pool:
        packaged = dict(zip(wanted, pool.map(made, wanted), strict=True))
    for stale in set(kept.iterdir()) - {package.folder for package in packaged.values()}:
        shutil.rmtree(stale, ignore_errors=True)  # another worker sweeps here at the same time
    return packaged


def digest_of(service: Path, framework: str, variant: Variant) -> str:
    """One name for everything that packaging depends on, besides the lock file, which names the whole cache."""
    plugin = [PLUGIN / "index.js", PLUGIN / "package.json", *PLUGIN.glob("lib/**/*.js"), *LAYERS]
    files = [*service.rglob("*"), *(plugin if variant == "with" else [])]
    digest = hashlib.sha256(f"{framework} {variant} {service.name}".encode())
    for path in sorted(path for path in files if path.is_file() and path.suffix != ".pyc"):
        digest.update(path.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:24]


@pytest.fixture(scope="session")
def stack(workshop: Workshop) -> Callable[..., Packaged]:
    """Hopscope's own stack packaged, from a folder beside what it is made of; the zips must be there."""

    def package(framework: str, *words: str) -> Packaged:
        folder = Path(tempfile.mkdtemp(prefix="stack-", dir=workshop.scratch))
        shutil.copy(ROOT / "serverless.yml", folder)
        for name in ("collector", "plugin", "dist"):
            (folder / name).symlink_to(ROOT / name, target_is_directory=True)
        ran = workshop.run(framework, folder, "package", *words, env={"HOPSCOPE_BUILD": "off"})
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return Packaged(folder, json.loads((folder / TEMPLATE).read_text()))

    return package


@pytest.fixture(scope="session")
def cfn_lint() -> Callable[[list[Path]], str]:
    """What cfn-lint prints of templates."""
    places = (ROOT / ".cache" / "uv" / "bin" / "uv", Path(shutil.which("uv") or "/none"))
    uv = next((str(place) for place in places if place.exists()), None)
    if uv is None:
        pytest.skip("uv is not installed: cfn-lint runs from it")
    command = [uv, "tool", "run", "--quiet", "--from", CFN_LINT, "cfn-lint"]
    if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"uv could not fetch {CFN_LINT}")

    def complaints_about(templates: list[Path]) -> str:
        if not templates:
            return ""
        asked = [*command, "--ignore-checks", FRAMEWORKS_OWN, "--template", *map(str, templates)]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout

    return complaints_about
