"""Temporary files: gone when the block ends, and deleted later if a process was killed meanwhile."""

from __future__ import annotations

import os
import signal

import pytest

from jepamine.utils import replacing
from jepamine.utils.files import write_atomic


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """This process has cleared no folder yet."""
    monkeypatch.setattr(replacing, "_CLEARED", set())


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def killed_while_writing(path):
    child = os.fork()
    if child == 0:
        try:
            with replacing.beside(path) as (file, _):
                file.write(b"half")
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_what_a_killed_process_left_is_deleted_at_the_next_write_into_the_folder(tmp_path):
    killed_while_writing(tmp_path / "a.jsonl")
    assert [name[:18] for name in names(tmp_path)] == [".jepamine.a.jsonl."]
    write_atomic(tmp_path / "c.jsonl", b"whole")
    assert names(tmp_path) == ["c.jsonl"]


def test_a_folder_that_a_killed_process_left_is_deleted_with_all_in_it(tmp_path):
    child = os.fork()
    if child == 0:
        try:
            with replacing.folder_beside(tmp_path / "run") as folder:
                (folder / "inner").mkdir()
                (folder / "inner" / "file").touch()
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    assert len(names(tmp_path)) == 1
    with replacing.folder_beside(tmp_path / "run") as folder:
        assert names(tmp_path) == [folder.name]
        replacing._CLEARED.clear()
        write_atomic(tmp_path / "other", b"")
        assert names(tmp_path) == sorted([folder.name, "other"])
    assert names(tmp_path) == ["other"]


def test_what_another_process_is_writing_stays(tmp_path, monkeypatch):
    with replacing.beside(tmp_path / "a") as (file, temporary):
        replacing._CLEARED.clear()
        write_atomic(tmp_path / "b", b"whole")
        assert names(tmp_path) == sorted([temporary.name, "b"])
        file.write(b"x")
        file.flush()
        temporary.replace(tmp_path / "a")
    assert names(tmp_path) == ["a", "b"]


def test_files_of_other_names_links_and_pipes_stay(tmp_path):
    others = [".a.x.tmp", ".jepamine.a.tmp", "jepamine.a.12345678.tmp", ".jepamine.a.12345678"]
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / ".jepamine.l.12345678.tmp").symlink_to(tmp_path / ".a.x.tmp")
    os.mkfifo(tmp_path / ".jepamine.p.12345678.tmp")
    before = names(tmp_path)
    write_atomic(tmp_path / "c", b"")
    assert names(tmp_path) == sorted([*before, "c"])


def test_a_folder_is_cleared_once_by_each_process(tmp_path):
    write_atomic(tmp_path / "a", b"")
    killed_while_writing(tmp_path / "b")
    write_atomic(tmp_path / "a", b"")
    assert len(names(tmp_path)) == 2
