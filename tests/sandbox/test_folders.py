"""The folder of a child, whatever was left in it."""

from __future__ import annotations

import os

from jepamine.sandbox.folders import clear


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
