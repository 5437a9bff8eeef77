"""Mistakes of a first hour: one line that names the next step."""

from __future__ import annotations

import errno
import re
import shutil
import sys
from pathlib import Path

import pytest
import torch

RECIPES = Path(__file__).parents[2] / "recipes"


def stopped(result) -> str:
    """The message of a command that stopped at the user's fault, without a traceback."""
    assert result.exit_code in (1, 2), result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture
def failing(monkeypatch):
    """Let `jepamine runs` fail with an error of the environment."""

    def fail(error: Exception) -> None:
        def broken(*_: object) -> None:
            raise error

        monkeypatch.setattr("jepamine.runs.run_folder.all_runs", broken)

    return fail


def test_without_its_environment_the_python_in_use_and_the_command_to_install_are_named(jepamine, failing):
    failing(ModuleNotFoundError("No module named 'pydantic'", name="pydantic"))
    message = stopped(jepamine("runs"))
    assert f"{sys.executable} lacks the package pydantic" in message
    assert f"{sys.executable} -m pip install jepamine" in message


def test_a_module_of_jepamine_that_is_missing_is_a_bug_and_shows(jepamine, failing):
    failing(ModuleNotFoundError("No module named 'jepamine.gone'", name="jepamine.gone"))
    with pytest.raises(ModuleNotFoundError):
        jepamine("runs")


def test_on_a_full_disk_another_disk_is_offered(jepamine, failing):
    failing(OSError(errno.ENOSPC, "No space left on device", "/data/record.json"))
    message = stopped(jepamine("runs"))
    assert "/data/record.json: No space left on device; free some space, or pass --experiments" in message


def test_a_path_as_windows_writes_it_is_corrected(jepamine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(RECIPES, tmp_path / "recipes")
    message = stopped(jepamine("check", "recipes\\default.toml"))
    assert "no such recipe (did you mean" in message


def test_in_a_wrong_folder_the_folder_of_runs_is_named(jepamine, clips, tmp_path):
    message = stopped(jepamine("score", "--run", "default", clips))
    assert str(tmp_path / "experiments") in message


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")
def test_a_recipe_for_a_gpu_without_one_names_the_devices_that_work(jepamine, recipe):
    message = stopped(jepamine("run", recipe, "--device", "cuda"))
    assert re.search(r"the device 'cuda' is not available here \(.+\); use cpu or auto", message)
