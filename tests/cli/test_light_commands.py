"""The commands that only look import neither torch nor transformers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROBE = """
import sys
from jepamine.cli.main import cli
cli(sys.argv[1:], standalone_mode=False)
print(sorted({"torch", "transformers", "numpy", "PIL"} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["runs"],
        ["show", "small"],
        ["compare", "small", "small-2"],
        ["plugins"],
        ["check", *(str(path) for path in sorted((ROOT / "recipes").glob("*.toml")))],
    ],
)
def test_commands_that_only_look_import_nothing_heavy(words, jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    jepamine("run", recipe, "--epochs", 1)
    command = [sys.executable, "-c", PROBE, "--experiments", str(tmp_path / "experiments"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
    assert done.stdout


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("jepamine ini", ["init"]), ("jepamine manifest au", ["audit"]), ("jepamine score --sh", ["--shard"])],
)
def test_the_shell_completes_commands_and_options(typed, expected):
    from click.shell_completion import BashComplete

    from jepamine.cli.main import cli

    *words, start = typed.split()[1:]
    completion = BashComplete(cli, {}, "jepamine", "_JEPAMINE_COMPLETE")
    assert [item.value for item in completion.get_completions(words, start)] == expected


@pytest.mark.slow
def test_a_scene_without_algebra_is_generated_without_sympy(tmp_path):
    pytest.importorskip("manim")
    probe = PROBE.replace('"torch", "transformers", "numpy", "PIL"', '"torch", "sympy"')
    words = ["scenes", "generate", "a red circle above a blue square", "--output", str(tmp_path / "a.py")]
    done = subprocess.run([sys.executable, "-c", probe, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
