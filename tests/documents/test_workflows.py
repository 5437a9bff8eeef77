"""The workflows of GitHub, as far as they can be checked without running them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github").rglob("*.yml"))


@pytest.fixture(scope="module")
def loaded():
    yaml = pytest.importorskip("yaml")
    return {path.name: yaml.safe_load(path.read_text()) for path in FILES}


def test_every_file_is_yaml_of_a_known_kind(loaded):
    assert set(loaded) == {
        "bug.yml", "config.yml", "dependabot.yml", "idea.yml", "release.yml", "tests.yml"
    }  # fmt: skip
    for name in ("release.yml", "tests.yml"):
        # YAML 1.1 reads the key `on` as true.
        assert set(loaded[name]) - {"concurrency"} == {"name", True, "permissions", "jobs"}


def test_the_sessions_that_workflows_call_exist():
    sessions = set(re.findall(r"^@nox\.session\ndef (\w+)\(", (ROOT / "noxfile.py").read_text(), re.M))
    text = "".join(path.read_text() for path in FILES)
    called = {name for names in re.findall(r"nox -s ((?:[a-z]+ ?)+)", text) for name in names.split()}
    assert called >= {"tests", "lint", "docs", "dist"}
    assert called <= sessions


def test_the_matrix_begins_with_the_oldest_supported_python_and_extras_exist(loaded):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    matrix = loaded["tests.yml"]["jobs"]["tests"]["strategy"]["matrix"]
    assert project["requires-python"] == f">={matrix['python'][0]}"
    named = re.search(r"'\.\[(.*)\]'", (ROOT / ".github/workflows/tests.yml").read_text())[1].split(",")
    assert set(named) <= set(project["optional-dependencies"])


def test_the_pins_install_on_the_first_python_that_the_package_takes():
    """Debian 12 has Python 3.11.2; three releases later some packages ask for 3.11.5."""
    from importlib.metadata import PackageNotFoundError, metadata

    specifiers = pytest.importorskip("packaging.specifiers")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"].startswith(">=3.11")
    refused = []
    for name in ("requirements.txt", "requirements-manim.txt"):
        for pin in re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(), flags=re.MULTILINE):
            try:
                needed = metadata(pin).get("Requires-Python") or ""
            except PackageNotFoundError:
                continue
            if not specifiers.SpecifierSet(needed).contains("3.11.0"):
                refused.append(f"{pin}: {needed}")
    assert refused == []
