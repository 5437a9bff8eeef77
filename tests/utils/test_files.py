"""Files: whole or not at all, and errors that say where."""

import errno
import json
import os
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import read_json, read_jsonl, write_json


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_atomic_write_makes_folders_and_replaces_the_old_file(tmp_path):
    path = tmp_path / "a" / "b" / "file.txt"
    write_atomic(path, b"a long old text")
    write_atomic(path, b"new")
    assert contents(path.parent) == {"file.txt": b"new"}


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file_and_no_temporary_one(tmp_path, monkeypatch, error):
    path = tmp_path / "file.txt"
    path.write_bytes(b"old")

    def fail(descriptor):
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(error)) as raised:
        write_atomic(path, b"new")
    assert raised.value is error
    assert contents(tmp_path) == {"file.txt": b"old"}


def test_a_file_written_atomically_has_the_permissions_of_any_other_file(tmp_path):
    write_atomic(tmp_path / "atomic", b"")
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "atomic").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
@pytest.mark.parametrize("owner, name", [(Path, "chmod"), (os, "fsync")])
def test_a_file_system_that_refuses_modes_or_flushes_has_the_file_all_the_same(
    tmp_path, monkeypatch, number, owner, name
):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(owner, name, refuse)
    write_atomic(tmp_path / "a", b"new")
    assert contents(tmp_path) == {"a": b"new"}


def test_an_error_of_flushing_that_loses_data_is_an_error(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EIO, "Input/output error")

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        write_atomic(tmp_path / "a", b"new")
    assert contents(tmp_path) == {"a": b"old"}


def test_json_that_is_written_is_read_back(tmp_path):
    value = {"name": "Straße", "loss": 0.1, "failure": None}
    write_json(tmp_path / "record.json", value)
    assert read_json(tmp_path / "record.json") == value


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": ', "cannot be read as JSON: Expecting value"),
        (b"[1]", "expected a JSON object, found list"),
        (b'{"a": "\xe9"}', "cannot be read as JSON: 'utf-8' codec can't decode"),
        (b'{"a": ' + b"1" * 5000 + b"}", "cannot be read as JSON: Exceeds the limit"),
    ],
)
def test_damaged_json_is_an_error_that_names_the_file(tmp_path, content, reason):
    path = tmp_path / "record.json"
    path.write_bytes(content)
    with pytest.raises(UserError) as raised:
        read_json(path)
    assert str(raised.value).startswith(f"{path}: {reason}")


@pytest.mark.parametrize("read", [read_json, lambda path: list(read_jsonl(path))])
def test_a_missing_file_is_an_error_that_names_it(tmp_path, read):
    with pytest.raises(UserError) as raised:
        read(tmp_path / "nowhere")
    assert str(raised.value) == f"{tmp_path / 'nowhere'}: no such file"


def test_a_folder_in_place_of_a_jsonl_file_is_an_error_that_names_it(tmp_path):
    with pytest.raises(UserError) as raised:
        list(read_jsonl(tmp_path))
    assert str(raised.value) == f"{tmp_path}: cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b'{"a": 1}\n{"a": 2}', [(1, {"a": 1}), (2, {"a": 2})]),
        (b'\n{"a": 1}\r\n  \t\n{"a": 2}\n\n', [(2, {"a": 1}), (4, {"a": 2})]),
        (b'\xef\xbb\xbf{"a": 1}\n', [(1, {"a": 1})]),
        (b'\xef\xbb\xbf\n{"a": 1}\n', [(2, {"a": 1})]),
        ('{"a": "ü\u2028"}\n'.encode(), [(1, {"a": "ü\u2028"})]),
        (b"", []),
    ],
)
def test_jsonl_is_read_with_line_numbers_without_blank_lines_and_byte_order_mark(tmp_path, content, lines):
    path = tmp_path / "m.jsonl"
    path.write_bytes(content)
    assert list(read_jsonl(path)) == lines


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a": 1', "broken JSON: Expecting ',' delimiter"),
        (b'{"a": 1} {"a": 2}', "broken JSON: Extra data"),
        (b"[1]", "expected a JSON object, found list"),
        (b"null", "expected a JSON object, found NoneType"),
        (b'{"a": "\xe9"}', "not UTF-8 text"),
        (b"[" * 100_000, "broken JSON: "),
        (b'{"a": ' + b"1" * 5000 + b"}", "broken JSON: "),
    ],
    ids=["open", "two objects", "list", "null", "latin-1", "deep", "endless number"],
)
def test_a_bad_jsonl_line_is_an_error_that_names_file_and_line(tmp_path, line, reason):
    path = tmp_path / "m.jsonl"
    path.write_bytes(b'{"a": 1}\n\n' + line + b"\n")
    with pytest.raises(UserError) as raised:
        list(read_jsonl(path))
    assert str(raised.value).startswith(f"{path}:3: {reason}")


def test_no_device_or_folder_is_replaced_by_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for place, what in ((tmp_path, "a folder"), (tmp_path / "pipe", "not a regular file")):
        with pytest.raises(UserError, match=f"is {what}; give the name of a file"):
            write_atomic(place, b"x")
    assert (tmp_path / "pipe").is_fifo()


def test_an_error_of_writing_names_the_file_and_not_the_temporary_one(tmp_path, monkeypatch):
    def refused(**_):
        raise OSError(30, "Read-only file system", str(tmp_path / ".a.json.x1.tmp"))

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with pytest.raises(OSError, match="Read-only") as raised:
        write_atomic(tmp_path / "a.json", b"x")
    assert raised.value.filename == str(tmp_path / "a.json")


def test_json_that_is_written_is_valid(tmp_path):
    values = {"a": float("nan"), "b": [float("inf"), 1.5, (float("-inf"),)], "c": {"d": 10**400, "e": "NaN"}}
    write_json(tmp_path / "x.json", values)
    text = (tmp_path / "x.json").read_text()
    assert json.loads(text, parse_constant=pytest.fail) == {
        "a": None,
        "b": [None, 1.5, [None]],
        "c": {"d": 10**400, "e": "NaN"},
    }
