"""What import-linter cannot check.

Private names stay in their file, files keep one subject, rooms stay rooms.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import jepamine

PACKAGE = Path(jepamine.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
#: Modules of the top level; `clips` is a re-export for run folders.
LOOSE = {"__init__.py", "__main__.py", "clips.py", "errors.py", "places.py"}


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


def test_a_file_is_read_in_one_sitting():
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > 280} == {}


LOADERS = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
LOADS = {"torch.load", "torch.hub.load", "torch.hub.load_state_dict_from_url"}


def _loads_a_pickle(node: ast.AST) -> bool:
    """Tell whether a node imports a pickling module, or calls what unpickles."""
    if isinstance(node, ast.Import):
        return any(alias.name in LOADERS for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.module in LOADERS
    if isinstance(node, ast.keyword):
        return ast.unparse(node) == "allow_pickle=True"
    return isinstance(node, ast.Call) and ast.unparse(node.func) in LOADS


def test_no_file_loads_a_pickle():
    found = [str(path) for path in FILES if any(map(_loads_a_pickle, ast.walk(ast.parse(path.read_text()))))]
    assert found == []
