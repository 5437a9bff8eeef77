"""Check a syntax tree against the allow-list. Nothing is run here."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from string import Formatter

from jepamine.errors import did_you_mean
from jepamine.manim.validation import names
from jepamine.manim.validation.vocabulary import ATTRIBUTES, BUILTINS, IMPORTED, INSIDE_MANIM, MODULES, NODES

MOST = 20


@dataclass(frozen=True)
class Objection:
    """Something that a line must not contain."""

    line: int
    message: str


@dataclass
class _Bound:
    """The names that the code binds: modules by alias, and all others."""

    modules: dict[str, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)


def objections(tree: ast.AST) -> list[Objection]:
    """Return what is not allowed in a module's tree, by line, at most 20; empty if all of it is."""
    bound = _bound(tree)
    result = {objection: None for node in ast.walk(tree) for objection in _of(node, bound)}
    return sorted(result, key=lambda objection: objection.line)[:MOST]


def _of(node: ast.AST, bound: _Bound) -> Iterator[Objection]:
    line = getattr(node, "lineno", 1)
    if not isinstance(node, NODES):
        yield Objection(line, f"{type(node).__name__} is not among the statements that a scene may use")
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (Objection(line, message) for message in _import(node))
    elif isinstance(node, ast.Attribute):
        yield from (Objection(line, message) for message in _attribute(node, bound))
    elif isinstance(node, ast.Name):
        yield from (Objection(line, message) for message in _name(node, bound))
    elif isinstance(node, ast.ClassDef) and node.keywords:
        yield Objection(line, "a class with keywords is not allowed")
    else:
        for given in _given(node):
            if given.startswith("__"):
                yield Objection(line, f"{given}: names that start with __ are not allowed")


def _import(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name not in IMPORTED:
                yield f"import {alias.name}: only manim, numpy and math may be imported"
        return
    module = node.module or ""
    if module == "__future__" and not node.level:
        return
    root = module.split(".")[0]
    if node.level or root not in MODULES or (root != "manim" and module not in MODULES):
        yield f"from {'.' * node.level}{module} import: only manim, numpy and math may be imported"
        return
    for alias in node.names:
        if alias.name == "*":
            if module not in ("manim", "math"):
                yield f"from {module} import *: import {root} itself"
        elif alias.name not in MODULES.get(module, INSIDE_MANIM):
            yield _unknown(alias.name, f"{module}.{alias.name}", module)


def _attribute(node: ast.Attribute, bound: _Bound) -> Iterator[str]:
    if node.attr.startswith("_"):
        yield f".{node.attr}: attributes that start with _ are not allowed"
    elif node.attr == "format" and _plain_format(node.value):
        return
    elif node.attr in ATTRIBUTES:
        yield f".{node.attr} {ATTRIBUTES[node.attr]}"
    else:
        module = _module(node.value, bound)
        if module is not None and node.attr not in MODULES[module]:
            yield _unknown(node.attr, f"{module}.{node.attr}", module)


def _name(node: ast.Name, bound: _Bound) -> Iterator[str]:
    name = node.id
    if name.startswith("__"):
        yield f"{name}: names that start with __ are not allowed"
    elif name in bound.others or name in bound.modules or name in BUILTINS or name in MODULES["manim"]:
        return
    elif hasattr(builtins, name):
        yield f"{name} is not among the built-in names that a scene may use"
    else:
        yield _unknown(name, name, "manim", {*bound.others, *BUILTINS})


def _unknown(name: str, shown: str, module: str, more: set[str] | None = None) -> str:
    if reason := names.DENIED.get(name) if module.startswith("manim") else None:
        return f"{shown} {reason}"
    near = did_you_mean(name, {*MODULES.get(module, INSIDE_MANIM), *(more or ())})
    return f"{shown} is not among the names that a scene may use{near}"


def _plain_format(node: ast.expr) -> bool:
    """Return whether `node` is a text without lookups in {}: "{0.x}" and "{0[x]}" read anything."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    waiting = [node.value]
    try:
        while waiting:
            for _, name, inner, _ in Formatter().parse(waiting.pop()):
                if name is not None and not (name.isalnum() or name == ""):
                    return False
                waiting += [inner] if inner else []
    except ValueError:
        return False
    return True


def _module(node: ast.expr, bound: _Bound) -> str | None:
    """Return the module that an expression is, `numpy.linalg` for `np.linalg`; None for anything else."""
    if isinstance(node, ast.Name):
        return bound.modules.get(node.id)
    if isinstance(node, ast.Attribute):
        parent = _module(node.value, bound)
        return f"{parent}.{node.attr}" if f"{parent}.{node.attr}" in MODULES else None
    return None


def _bound(tree: ast.AST) -> _Bound:
    bound = _Bound()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                shown, module = (alias.asname, alias.name) if alias.asname else [alias.name.split(".")[0]] * 2
                if module in MODULES:
                    bound.modules[shown] = module
                else:
                    bound.others.add(shown)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                if module in MODULES:
                    bound.modules[alias.asname or alias.name] = module
                else:
                    bound.others.add(alias.asname or alias.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.others.add(node.id)
        else:
            bound.others.update(_given(node))
    # Provided by Manim's own `import *`.
    for name, module in (
        ("np", "numpy"),
        *((part, f"manim.{part}") for part in ("rate_functions", "config")),
    ):
        if name not in bound.others:
            bound.modules.setdefault(name, module)
    return bound


def _given(node: ast.AST) -> Iterator[str]:
    """Yield names that a node binds without an ast.Name."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names
