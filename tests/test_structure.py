"""What import-linter cannot check.

Private names stay in their file, files keep one subject, rooms stay rooms.
"""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

import jepamine

PACKAGE = Path(jepamine.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
#: Modules of the top level; `clips` is a re-export for run folders.
LOOSE = {"__init__.py", "__main__.py", "clips.py", "errors.py", "places.py"}
MODULES = {str(path.relative_to(PACKAGE)) for path in FILES if path.name != "__init__.py"}
#: Files that are short by their nature -> why.
SHORT = {
    "__main__.py": "`python -m jepamine` runs this name, and it only calls the command line",
    "clips.py": "run folders hold copies of local plugins that import `Source` from here: a re-export",
}


def test_only_what_every_room_shares_is_loose():
    assert {path.name for path in PACKAGE.glob("*.py")} == LOOSE


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_imports_a_private_name_of_another(path):
    private = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jepamine")
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert private == []


def test_a_file_has_one_subject_that_fills_60_to_250_lines():
    lengths = {path: len((PACKAGE / path).read_text().splitlines()) for path in MODULES - set(SHORT)}
    assert {path: length for path, length in lengths.items() if not 60 <= length <= 250} == {}


def test_every_exception_is_still_one():
    assert {path for path in SHORT if len((PACKAGE / path).read_text().splitlines()) >= 60} == set()


def test_a_file_name_tells_its_room():
    names = Counter(Path(path).name for path in MODULES)
    # `clips.py` of the top level is the re-export.
    assert {name for name, count in names.items() if count > 1} == {"clips.py"}
