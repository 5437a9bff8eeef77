"""Names from data cannot steer a terminal: tried on a pseudo-terminal, where colours would pass."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest
from click.testing import CliRunner

from jepamine.cli.main import cli

EVIL = "x\x1b]0;owned\x07\x1b[2J\u202ey"
RECIPE = f"""schema = 1
name = {json.dumps(EVIL)}

[dataset]
plugin = {json.dumps(EVIL)}
{json.dumps(EVIL)} = 1
"""


def on_a_terminal(*words, cwd):
    """All that a command prints on a terminal, as its stdout and stderr."""
    mine, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "jepamine", *map(str, words)], stdin=its, stdout=its, stderr=its, cwd=cwd
    )
    os.close(its)
    printed = b""
    while True:
        try:
            chunk = os.read(mine, 65536)
        except OSError:
            break
        if not chunk:
            break
        printed += chunk
    os.close(mine)
    process.wait(300)
    return printed.decode()


@pytest.fixture
def project(tmp_path):
    (tmp_path / "recipe.toml").write_text(RECIPE)
    (tmp_path / f"{EVIL}.toml").write_text("schema = ")
    frames = [{"clip_id": EVIL, "scene": EVIL, "frame_paths": [f"{EVIL}.png", "b.png"]}]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(line) + "\n" for line in frames))
    record = {"schema": 1, "name": EVIL, "status": EVIL, "plugins": {EVIL: {"name": EVIL}}}
    run = tmp_path / "experiments" / EVIL
    run.mkdir(parents=True)
    (run / "record.json").write_text(json.dumps(record))
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [("check", "recipe.toml"), ("check", f"{EVIL}.toml"), ("show", EVIL), ("show", f"{EVIL}z"),
     ("manifest", "audit", "m.jsonl"), ("run", EVIL)],
    ids=["key and plugin", "file", "show", "no such run", "clip, scene and frame", "no such recipe"],
)  # fmt: skip
def test_a_name_is_shown_and_not_obeyed(words, project):
    printed = on_a_terminal(*words, cwd=project)
    assert r"\x1b" in printed
    assert [letter for letter in "\x1b\x07\u202e" if letter in printed] == []


@pytest.mark.parametrize("words", [(EVIL,), ("scenes", EVIL), ("rm", "--" + EVIL)])
def test_an_argument_that_a_shell_filled_in_is_shown_in_usage_errors(words):
    result = CliRunner().invoke(cli, list(words))
    assert result.exit_code != 0
    assert r"\x1b[2J" in result.output
    assert [letter for letter in "\x1b\x07\u202e" if letter in result.output] == []
