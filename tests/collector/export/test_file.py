"""Where exports land."""

import os
import stat

import pytest

from hopscope_collector.export.file import NotWritable, write_private


def test_only_the_owner_reads_what_was_exported_whoever_could_read_the_file_before(tmp_path):
    path = tmp_path / "flow.html"
    path.write_text("old")
    path.chmod(0o666)

    write_private(path, "new")

    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["flow.html"]


def test_a_folder_that_is_missing_is_said(tmp_path):
    with pytest.raises(NotWritable, match="No such file or directory; expected a file in a folder that exists"):
        write_private(tmp_path / "no" / "flow.html", "text")


def test_what_was_there_stays_when_the_new_one_cannot_be_written(tmp_path):
    path = tmp_path / "flow.html"
    path.write_text("old")

    with pytest.raises(NotWritable):
        write_private(path / os.devnull.strip("/").replace("/", "-"), "new")
    assert path.read_text() == "old"


def test_what_is_no_file_is_not_replaced_by_one(tmp_path):
    """The superuser may put a file in the place of /dev/null."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for place in (pipe, tmp_path):
        with pytest.raises(NotWritable, match="no plain file"):
            write_private(place, "text")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
