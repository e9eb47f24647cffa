"""The samples are the specification: they are read, written back and named in the README."""

import json
from pathlib import Path

import pytest

from hopscope_wire.decode import object_of, record_of
from hopscope_wire.encode import line_of
from hopscope_wire.fields import LINE_PREFIX

WIRE = Path(__file__).parents[2] / "wire"
SAMPLES = sorted((WIRE / "samples").glob("*.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_read_and_written_back_unchanged(sample: Path) -> None:
    written = json.loads(sample.read_text())

    assert object_of(record_of(sample.read_text())) == without_defaults(written)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_layer_s_encoder_writes_the_sample_byte_for_byte(sample: Path) -> None:
    fields = json.loads(sample.read_text())
    del fields["hopscope"]

    assert line_of(fields) == sample.read_text().rstrip("\n")
    assert sample.read_text().startswith(LINE_PREFIX)


def test_every_field_of_the_samples_stands_in_the_specification() -> None:
    specification = (WIRE / "README.md").read_text()
    names = {name for sample in SAMPLES for name in names_in(json.loads(sample.read_text()))}

    assert sorted(name for name in names if f"`{name}`" not in specification and name not in FREE) == []


FREE = {"type", "message", "stack", "addedByALaterVersion"}
"""Shown in braces in the specification, or there to prove that unknown fields survive."""

VALUES = {"keys", "attributes", "skipped", "failures", "documents", "addedByALaterVersion"}
"""Fields whose value is an object with names of the user's own."""


def names_in(value: object) -> set[str]:
    if isinstance(value, dict):
        inner = (names_in(each) for name, each in value.items() if name not in VALUES)
        return set(value).union(*inner)
    if isinstance(value, list):
        return set().union(*(names_in(each) for each in value))
    return set()


def without_defaults(written: object) -> object:
    """`attempt: 1` and `coldStart: false` are what a reader assumes."""
    if isinstance(written, list):
        return [without_defaults(each) for each in written]
    if isinstance(written, dict):
        return {
            name: without_defaults(value)
            for name, value in written.items()
            if (name, value) != ("attempt", 1) and value is not False
        }
    return written
