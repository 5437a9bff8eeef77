"""Columns in temporary files, and the safetensors files that are made of them."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file
from safetensors.numpy import save_file as save_by_library

from jepamine.errors import UserError
from jepamine.utils import columns
from jepamine.utils.columns import Column, Rows, Stored, save_columns


@pytest.mark.parametrize("block", [1, 5, 1000])
def test_a_column_is_what_was_added_whether_or_not_it_fits_into_memory(block, monkeypatch):
    monkeypatch.setattr(columns, "BLOCK", block)
    column = Column()
    for part in (b"ab", b"", b"cdefghij", b"k"):
        column.add(part)
    assert column.size == 11
    assert [b"".join(column), b"".join(column)] == [b"abcdefghijk"] * 2
    column.add(b"l")
    next(iter(column))  # given up
    column.add(b"m")
    assert b"".join(column) == b"abcdefghijklm"
    assert [column.read(2, 8), column.read(10, 1), column.read(12, 1)] == [b"cdefghij", b"k", b"m"]


def test_a_file_of_columns_is_the_one_that_the_library_writes(tmp_path):
    arrays = {
        "é names": np.arange(5, dtype=np.uint8),
        "ends": np.array([3, 5], dtype=np.int64),
        "spans": np.array([[0.5, -1.0]], dtype=np.float64),
        "none": np.zeros((0, 4), dtype=np.float32),
        "vectors": np.arange(6, dtype=np.float32).reshape(2, 3),
        "counts": np.array([-1, 7], dtype=np.int32),
    }
    codes = {"uint8": "U8", "int64": "I64", "float64": "F64", "float32": "F32", "int32": "I32"}
    stored = {
        name: Stored(codes[array.dtype.name], array.shape, [array.tobytes()])
        for name, array in arrays.items()
    }
    save_columns(tmp_path / "ours", stored)
    save_by_library(arrays, tmp_path / "theirs", {})
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    read = load_file(tmp_path / "ours")
    assert {name: array.tolist() for name, array in read.items()} == {
        name: array.tolist() for name, array in arrays.items()
    }


def test_too_few_bytes_are_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"a: 3 bytes of I32 \(1,\)"):
        save_columns(tmp_path / "file", {"a": Stored("I32", (1,), [b"abc"])})
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_folder_that_is_full_is_one_line_with_the_next_step(monkeypatch):
    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(columns, "BLOCK", 4)
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(UserError, match="No space left on device; name a folder with more space") as raised:
        Column().add(b"abcde")
    assert "SQLITE_TMPDIR" in str(raised.value)


def test_temporary_files_are_where_sqlite_has_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert columns.spill_folder() == str(tmp_path)
    monkeypatch.setenv("SQLITE_TMPDIR", "/")
    monkeypatch.setattr("os.access", lambda *_: True)
    assert columns.spill_folder() == "/"


def test_rows_are_made_when_they_are_asked_for():
    made = []
    rows = Rows(3, lambda number: made.append(number) or number * 10)
    assert (rows[-1], rows[1:], len(rows)) == (20, [10, 20], 3)
    assert made == [2, 1, 2]
    assert list(rows) == [0, 10, 20]
    with pytest.raises(IndexError):
        rows[3]
