"""Run folders appear complete, by a rename, and the answer of the file system is believed."""

import errno
import os
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.runs.run_folder import create


def fill(run, name):
    (run.path / "record.json").write_text(name)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def refusing(monkeypatch):
    """Make renames of folders fail with an errno; returns the list of the names that were tried."""
    tried, renaming = [], Path.rename

    def refuse(number, times=1000, instead=lambda target: None):
        def rename(path, target):
            tried.append(Path(target).name)
            if len(tried) <= times:
                instead(Path(target))
                raise OSError(number, os.strerror(number), str(path))
            renaming(path, target)

        monkeypatch.setattr(Path, "rename", rename)
        return tried

    return refuse


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSYS, errno.EIO, errno.EPERM, errno.EXDEV])
def test_a_rename_that_the_file_system_refuses_is_the_answer_at_once(tmp_path, refusing, number):
    tried = refusing(number)
    with pytest.raises(UserError) as raised:
        create(tmp_path / "runs", "a", exact=False, fill=fill)
    assert str(raised.value) == (
        f"{tmp_path / 'runs' / 'a'}: the file system cannot rename a folder: {os.strerror(number)}; "
        "use --experiments DIR on another, such as a local disk"
    )
    assert tried == ["a"]
    assert names(tmp_path / "runs") == []


@pytest.mark.parametrize("number", [errno.EEXIST, errno.ENOTEMPTY])
def test_a_name_taken_meanwhile_gets_a_number(tmp_path, refusing, number):
    tried = refusing(number, times=1, instead=lambda target: (target / "x").mkdir(parents=True))
    run = create(tmp_path, "a", exact=False, fill=fill)
    assert (tried, run.name, run.record.read_text()) == (["a", "a-2"], "a-2", "a-2")
    assert names(tmp_path) == ["a", "a-2"]


def test_an_exact_name_taken_meanwhile_is_an_error(tmp_path, refusing):
    refusing(errno.ENOTEMPTY, times=1, instead=lambda target: (target / "x").mkdir(parents=True))
    with pytest.raises(UserError, match="run 'a' already exists"):
        create(tmp_path, "a", exact=True, fill=fill)
    assert names(tmp_path) == ["a"]


def test_a_file_system_that_refuses_chmod_has_runs_all_the_same(tmp_path, monkeypatch):
    def chmod(path, mode):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", chmod)
    assert create(tmp_path, "a", exact=False, fill=fill).record.read_text() == "a"
