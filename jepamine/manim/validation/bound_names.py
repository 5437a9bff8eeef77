"""The names that code binds: variables, modules, attributes, keywords."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jepamine.manim.validation.names import MODULES, PARTS


@dataclass
class Bound:
    """The names that code binds: modules by alias, attributes, keywords, local modules, and all others.

    `imported` are those from modules that a scene may use.
    """

    modules: dict[str, str] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    keywords: set[str] = field(default_factory=set)
    local: frozenset[str] = frozenset()
    imported: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)


def bound_names(trees: Mapping[str, ast.Module]) -> Bound:
    """Return the names that a scene's file (at the key "") and its local modules bind, together."""
    bound = Bound(local=frozenset(name for name in trees if name))
    for name, tree in trees.items():
        for node in ast.walk(tree):
            _add(node, bound)
        if name:
            # Of `import helpers`, its names are attributes.
            bound.attributes.update(name for node in tree.body for name in _bound_by(node))
    # Provided by Manim's own `import *`.
    for name, module in (("np", "numpy"), *((part.split(".")[1], part) for part in PARTS[:2])):
        if name not in bound.others:
            bound.modules.setdefault(name, module)
    return bound


def given_names(node: ast.AST) -> Iterator[str]:
    """Yield names that a node binds without an ast.Name."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names


def names_of_class(node: ast.ClassDef) -> set[str]:
    """Return the names that a class statement gives its class as attributes."""
    return {name for inner in node.body for name in _bound_by(inner)}


def _add(node: ast.AST, bound: Bound) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            shown, module = (alias.asname, alias.name) if alias.asname else [alias.name.split(".")[0]] * 2
            _module(shown, module, bound)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            shown = alias.asname or alias.name
            if f"{node.module}.{alias.name}" in MODULES:
                bound.modules[shown] = f"{node.module}.{alias.name}"
            elif (node.module or "").split(".")[0] not in MODULES:
                bound.others.add(shown)
            else:
                bound.imported.update(MODULES.get(node.module or "", ()) if shown == "*" else [shown])
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        bound.others.add(node.id)
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        bound.attributes.add(node.attr)
    elif isinstance(node, ast.Call) and _called(node) == "namedtuple":
        bound.attributes.update(_fields(node))
        bound.keywords.update(_fields(node))
    else:
        bound.others.update(given_names(node))
        if isinstance(node, ast.arg):
            bound.keywords.add(node.arg)
        if isinstance(node, ast.ClassDef):
            names = names_of_class(node)
            bound.attributes |= names
            # The fields of a dataclass are keywords of its __init__.
            bound.keywords |= names


def _module(shown: str, module: str, bound: Bound) -> None:
    if module in MODULES:
        bound.modules[shown] = module
    else:
        bound.others.add(shown)


def _bound_by(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a class or a module binds there."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.For, ast.If, ast.With, ast.Try)):
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner.id


def _called(node: ast.Call) -> str | None:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None


def _fields(node: ast.Call) -> list[str]:
    texts = [
        part.value
        for argument in node.args[1:]
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return " ".join(texts).replace(",", " ").split()
