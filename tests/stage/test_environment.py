"""The emulator's environment is made once for each set of requirements."""

import os
import stat

import pytest

from hopscope_stage import environment
from hopscope_stage.errors import EnvironmentNotMade

REQUIREMENTS = (environment.files("hopscope_stage") / environment.REQUIREMENTS).read_bytes()


def test_other_requirements_are_another_environment():
    assert environment.environment_name(b"boto3==1") != environment.environment_name(b"boto3==2")
    assert environment.environment_name(b"boto3==1") == environment.environment_name(b"boto3==1")


def test_what_is_there_is_not_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv(environment.HOME_VARIABLE, str(tmp_path))
    python = tmp_path / environment.environment_name(REQUIREMENTS) / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    said = []

    assert environment.emulator_python(said.append) == python
    assert said == []


def test_every_requirement_has_its_version_and_hashes():
    pinned = [line for line in REQUIREMENTS.decode().splitlines() if line and not line.startswith((" ", "#"))]

    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert any(line.startswith("ministack==1.5.33 ") for line in pinned)


def test_a_failing_installer_is_quoted_and_leaves_nothing(tmp_path, monkeypatch):
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\necho 'no index here' >&2\nexit 2\n")
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{uv.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("sys.executable", str(tmp_path / "elsewhere" / "python"))
    monkeypatch.setenv(environment.HOME_VARIABLE, str(tmp_path / "home"))

    with pytest.raises(EnvironmentNotMade, match=r"ended with 2: no index here; it needs a Python package index"):
        environment.emulator_python(print)

    assert list((tmp_path / "home").iterdir()) == []
