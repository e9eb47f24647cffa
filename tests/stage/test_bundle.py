"""A deployment package is the code and nothing else, the same bytes for the same code."""

import io
import os
import zipfile

from hopscope_stage.bundle import zip_of


def test_the_same_code_is_the_same_bytes(tmp_path):
    (tmp_path / "b.py").write_text("b = 1")
    (tmp_path / "a.py").write_text("a = 1")
    first = zip_of(tmp_path)

    os.utime(tmp_path / "a.py", (1, 1))

    assert zip_of(tmp_path) == first


def test_caches_and_other_files_stay_at_home(tmp_path):
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "cached.py").write_text("")
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text("")

    with zipfile.ZipFile(io.BytesIO(zip_of(tmp_path))) as package:
        assert package.namelist() == ["package/module.py"]
