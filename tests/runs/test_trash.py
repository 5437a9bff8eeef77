"""`rm` moves runs to a trash folder."""

from __future__ import annotations

import shutil

from jepamine.utils.locks import exclusive


def test_a_removed_run_is_in_the_trash_and_can_be_moved_back(jepamine, recipe, tmp_path):
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    experiments = tmp_path / "experiments"
    record = (experiments / "small" / "record.json").read_bytes()
    result = jepamine("rm", "small")
    assert result.exit_code == 0 and "moved run 'small' to " in result.stdout
    assert jepamine("show", "small").exit_code == 1
    assert (experiments / "_trash" / "small" / "record.json").read_bytes() == record
    shutil.move(experiments / "_trash" / "small", experiments / "small")
    assert jepamine("show", "small").exit_code == 0


def test_two_removed_runs_of_one_name_are_both_kept(jepamine, recipe, tmp_path):
    for _ in range(2):
        assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
        assert jepamine("rm", "small").exit_code == 0
    trash = tmp_path / "experiments" / "_trash"
    assert sorted(path.name for path in trash.iterdir()) == ["small", "small-2"]


def test_a_run_that_is_being_written_or_unknown_stays_and_nothing_else_is_moved(jepamine, recipe, tmp_path):
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    folder = tmp_path / "experiments" / "small"
    with exclusive(folder / ".lock", "held"):
        result = jepamine("rm", "small")
    assert result.exit_code == 1 and "is being written by another process" in result.stderr
    assert jepamine("rm", "small", "smalll").exit_code == 1
    assert folder.is_dir()
