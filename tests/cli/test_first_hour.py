"""Mistakes of a first hour: one line that names the next step."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import torch

from jepamine.errors import how_to_install

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "recipes"


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
    assert f"{sys.executable} -m pip install " in message


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


def started(setting: str, *options: str) -> str:
    """What `python -m jepamine` says after `setting`, with the exit code 1 and no traceback."""
    words = f"import sys, runpy; {setting}; runpy.run_module('jepamine', run_name='__main__')"
    command = [sys.executable, *options, "-c", words]
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_an_older_python_names_the_version_and_makes_an_environment_of_a_newer():
    message = started("sys.version_info, sys.version = (3, 10, 13), '3.10.13'")
    assert message.startswith("jepamine needs Python 3.11 or later, this is 3.10.13; make an environment")
    assert f"python3.11 -m venv .venv && .venv/bin/pip install {ROOT}" in message


def test_a_python_without_packages_names_the_first_and_how_to_install_all():
    # Without its site-packages Python has none.
    message = started("pass", "-S")
    assert message.startswith(f"{sys.executable} lacks the package click; ")
    assert f"pip install {ROOT}" in message


def test_a_python_of_the_system_which_pip_refuses_to_change_gets_an_environment(tmp_path, monkeypatch):
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert how_to_install() == (
        f"make an environment for it: {sys.executable} -m venv .venv && .venv/bin/pip install {ROOT}"
    )
