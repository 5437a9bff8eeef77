"""Set classes apart that the allow-list refuses, so that the other scenes of their file run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from jepamine.manim.validation.syntax import Objection, objections


def checked(
    tree: ast.Module, local: Mapping[str, ast.Module], scene: str | None, scenes_apart: bool
) -> tuple[ast.Module, list[dict[str, Any]], list[str]]:
    """Return the file that may run, the problems if it may not, and the classes it is without.

    With `scenes_apart`, only what is refused in `scene` or outside of all classes refuses the file.
    """
    refused, apart = objections(tree, local), dict[str, list[Objection]]()
    if refused and scenes_apart:
        rest, apart = without_refused_classes(tree, local)
        if not objections(rest, local):
            tree, refused = rest, apart.get(scene or "", [])
    return tree, [_problem(one) for one in refused], list(apart)


def _problem(objection: Objection) -> dict[str, Any]:
    line, message = objection.line, objection.message
    if objection.module:
        return {"kind": "refused", "line": None, "message": f"{objection.module}.py:{line}: {message}"}
    return {"kind": "refused", "line": line, "message": message}


def without_refused_classes(
    tree: ast.Module, local: Mapping[str, ast.Module]
) -> tuple[ast.Module, dict[str, list[Objection]]]:
    """Return a file without the classes that are refused and that nothing else uses, and why by their names.

    What is left may itself be refused: names outside of classes, and classes that others need.
    """
    apart: dict[str, list[Objection]] = {}
    while inside := _inside(tree, objections(tree, local)):
        apart.update(inside)
        kept = [node for node in tree.body if not isinstance(node, ast.ClassDef) or node.name not in inside]
        tree = ast.Module(kept, tree.type_ignores)
    return tree, apart


def _inside(tree: ast.Module, refused: list[Objection]) -> dict[str, list[Objection]]:
    """Return the objections inside each class that can be left out."""
    found: dict[str, list[Objection]] = {}
    lines = [one for one in refused if not one.module]
    for node in tree.body:
        if not isinstance(node, ast.ClassDef) or _used(tree, node):
            continue
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        if own := [one for one in lines if first <= one.line <= (node.end_lineno or first)]:
            found.setdefault(node.name, []).extend(own)
    return found


def _used(tree: ast.Module, kind: ast.ClassDef) -> bool:
    """Return whether anything outside of a class names it, another class of its name included."""
    others = (node for node in tree.body if node is not kind)
    return any(
        kind.name == (node.id if isinstance(node, ast.Name) else getattr(node, "name", None))
        for other in others
        for node in ast.walk(other)
    )
