"""Temporary folders go, whatever was left in them, and those of killed processes go later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from jepamine.utils.temporary import PREFIX, clear, temporary_folder


def test_a_deep_folder_is_cleared(tmp_path):
    folder = tmp_path / "child"
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d" * 100, dir_fd=here)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    clear(folder)
    assert list(tmp_path.iterdir()) == []


def test_locked_folders_and_links_are_cleared_and_links_not_followed(tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "file").write_text("mine")
    folder = tmp_path / "child"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "file").write_text("x")
    (folder / "a" / "b" / "file").write_text("x")
    (folder / "link").symlink_to(other)
    (folder / "a" / "link").symlink_to(other)
    (folder / "a" / "b").chmod(0)
    (folder / "a").chmod(0)
    clear(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
    assert (other / "file").read_text() == "mine"


KILLED = """
import os, signal
from jepamine.utils.temporary import temporary_folder
with temporary_folder() as folder:
    (folder / "file").write_text("x")
    print(folder, flush=True)
    {end}
"""


@pytest.mark.slow
def test_the_folder_of_a_killed_process_goes_with_the_first_of_the_next_and_no_other_does(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    killed = [sys.executable, "-c", KILLED.format(end="os.kill(os.getpid(), signal.SIGKILL)")]
    living = [sys.executable, "-c", KILLED.format(end="input()")]
    done = subprocess.run(killed, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    mine = tmp_path / "jepamine-mine"
    mine.mkdir()
    with subprocess.Popen(living, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        used = other.stdout.readline().strip()
        assert {str(path) for path in tmp_path.iterdir()} == {str(mine), used}
        with temporary_folder() as folder:
            assert {str(path) for path in tmp_path.iterdir()} == {str(mine), used, str(folder)}
            assert folder.name.startswith(PREFIX)
        other.communicate("\n")
    assert list(tmp_path.iterdir()) == [mine]
