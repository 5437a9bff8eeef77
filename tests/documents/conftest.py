"""Pages of the documentation as tests read them, and a folder where their commands run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from jepamine.cli.main import cli

ROOT = Path(__file__).parents[2]


class Document:
    """A page of Markdown: its fenced blocks, and the commands of its `sh` blocks."""

    def __init__(self, name: str) -> None:
        self.text = (ROOT / name).read_text()

    def blocks(self, language: str) -> list[str]:
        """Fenced blocks of a language."""
        fenced = re.findall(r"^```(\w*)\n(.*?)^```$", self.text, flags=re.MULTILINE | re.DOTALL)
        return [text for name, text in fenced if name == language]

    def commands(self) -> list[str]:
        """One line each, without the installing part, which came before the tests."""
        lines = [line for block in self.blocks("sh") for line in block.replace("\\\n", "").splitlines()]
        return [line.partition(" && ")[2] if line.startswith("pip install") else line for line in lines]


@pytest.fixture(scope="session")
def document() -> Callable[[str], Document]:
    """Read a page by its path in the repository."""
    return Document


Shell = Callable[..., str]


@pytest.fixture(scope="session")
def shell() -> Shell:
    """Run command lines in a folder as a user's shell would; what they print."""

    def run(command: str, folder: Path, **environment: str) -> str:
        variables = {name: value for name, value in os.environ.items() if name != "JEPAMINE_EXPERIMENTS"}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            command,
            shell=True,
            cwd=folder,
            env=variables | {"PATH": path} | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Run one `jepamine` command of a page in this process, which spares its start; what it prints.

    Importing torch and its company takes 1.5 s a command, a third of the pages' whole time.
    """

    def run(command: str, folder: Path) -> str:
        monkeypatch.chdir(folder)
        monkeypatch.delenv("JEPAMINE_EXPERIMENTS", raising=False)
        program, *words = shlex.split(command)
        assert program == "jepamine"
        done = CliRunner().invoke(cli, words, prog_name="jepamine", catch_exceptions=False)
        assert done.exit_code == 0, f"{command}\n{done.output}"
        return done.stdout

    return run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, write_video) -> Path:
    """A folder with the recipes and two videos."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "recipes", folder / "recipes")
    (folder / "videos").mkdir()
    for name, darkest in (("drive", 13), ("night", 10)):
        write_video(folder / f"{name}.mp4", list(range(0, 4000, 50)), darkest)
        shutil.copy(folder / f"{name}.mp4", folder / "videos")
    return folder
