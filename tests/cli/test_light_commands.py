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
