"""The built-in names and modules of a scene, and its tree rewritten so that guards see what it does.

The syntax check reports violations earlier and with a line; this holds if the tree hides something.
"""

from __future__ import annotations

import ast
import builtins
import collections
import dataclasses
import functools
import importlib
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from jepamine.manim.engine.engine import load_manim
from jepamine.manim.validation.bound_names import Bound
from jepamine.manim.validation.guards import BUILTINS, DATA, KNOWN, RECEIVER, SCENE, TARGET, Guards, Settings
from jepamine.manim.validation.names import (
    ATTRIBUTES,
    INSIDE_MANIM,
    MODULES,
    PARTS,
)
from jepamine.manim.validation.syntax import (
    DATA_KEYWORDS,
    SPECIAL,
)
from jepamine.sandbox.task import file_of

#: Names for which a scene gets something else than the module has.
_REPLACED = (
    "manim.config",
    "numpy.ndarray",
    "functools.wraps",
    "collections.namedtuple",
    "dataclasses.dataclass",
)


@functools.cache
def usable_names(name: str) -> Mapping[str, Any]:
    """Return what a scene may use of a module.

    Looked up before any code runs it takes 3 ms, and none in each child.
    """
    real = load_manim().rate_functions if name == "manim.rate_functions" else importlib.import_module(name)
    names = MODULES.get(name, INSIDE_MANIM)
    return {allowed: getattr(real, allowed) for allowed in names if hasattr(real, allowed)}


class Namespace:
    """Runs a scene's file and the modules beside it with guarded names; `trees` are as for `bound_names`."""

    def __init__(
        self, manim: Any, trees: Mapping[str, ast.Module], bound: Bound, more: dict[str, Any]
    ) -> None:
        self._manim, self._trees, self._bound = manim, trees, bound
        self._guards = Guards(manim, bound)
        self._parts: dict[str, ModuleType] = {}
        names = {name: getattr(builtins, name) for name in BUILTINS}
        self._builtins = {
            **names,
            **self._guards.names(),
            **more,
            "__build_class__": builtins.__build_class__,
            "__import__": self._import,
        }

    def run(self, name: str = "") -> ModuleType:
        """Run the file, or one of the modules beside it, and return it."""
        full = f"{SCENE}.{name}" if name else SCENE
        if full not in self._guards.modules:
            module = ModuleType(full)
            vars(module)["__builtins__"] = self._builtins
            # Dataclasses look their module up.
            self._guards.modules[full] = sys.modules[full] = module
            tree = with_guards(self._trees[name], self._bound)
            exec(compile(tree, file_of(name), "exec"), vars(module))
        return self._guards.modules[full]

    def _import(
        self, name: str, _globals: Any = None, _locals: Any = None, wanted: Any = (), level: int = 0
    ) -> ModuleType:
        root = name.split(".")[0]
        # numpy's C code imports parts of itself this way, in the name of whoever calls it; no statement can.
        if name == "__future__" or (name.startswith("numpy.") and isinstance(wanted, list)):
            return importlib.import_module(name)
        if name in self._bound.local and not level:
            return self.run(name)
        if level or (name not in MODULES and root != "manim"):
            raise ImportError(f"{name} may not be imported")
        return self._part(name if wanted else root)

    def _part(self, name: str) -> ModuleType:
        """Return a module with only the names that may be used."""
        if name in self._parts:
            return self._parts[name]
        part = self._parts[name] = ModuleType(name)
        usable = usable_names(name)
        vars(part).update(usable)
        for inner in PARTS:
            outer, _, allowed = inner.rpartition(".")
            if outer == name and inner not in _REPLACED:
                vars(part)[allowed] = self._part(inner)
        for replaced in _REPLACED:
            outer, _, allowed = replaced.rpartition(".")
            if outer == name:
                vars(part)[allowed] = self._replaced(replaced, usable[allowed])
        if name.split(".")[0] == "manim" and name not in PARTS:
            part.np = self._part("numpy")  # type: ignore[attr-defined]
        part.__all__ = [key for key in vars(part) if not key.startswith("_")]  # type: ignore[attr-defined]
        return part

    def _replaced(self, name: str, real: Any) -> Any:
        if name == "manim.config":
            return Settings(self._manim.config)
        if name == "numpy.ndarray":
            return _Arrays("ndarray", (), {"_real": real})
        if name == "functools.wraps":
            return lambda function: functools.wraps(function)
        if name == "collections.namedtuple":
            return lambda name, fields, *, defaults=None: collections.namedtuple(
                name, fields, defaults=defaults, module=SCENE
            )
        return self._dataclass

    def _dataclass(self, kind: Any = None, /, **options: Any) -> Any:
        if kind is None:
            return functools.partial(self._dataclass, **options)
        return dataclasses.dataclass(**options)(self._guards.receiver(kind))


class _Arrays(type):
    """Stands for numpy.ndarray in annotations and isinstance; its objects are made by functions only."""

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls._real)  # type: ignore[attr-defined]

    def __getitem__(cls, _: Any) -> Any:
        return cls

    def __call__(cls, *_: Any, **__: Any) -> Any:
        raise TypeError("make arrays with np.array, np.zeros or np.empty")


def with_guards(tree: ast.Module, bound: Bound) -> ast.Module:
    """Return the tree with a guard around receivers of the code's own attributes, and around `**keywords`."""
    rewritten: ast.Module = ast.fix_missing_locations(_Rewriter(bound).visit(tree))
    return rewritten


class _Rewriter(ast.NodeTransformer):
    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            node.value = _call(TARGET, node.value, ast.Constant(node.attr))
        elif self._is_own(node):
            node.value = _call(RECEIVER, node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        self.generic_visit(node)
        data = called in self._bound.others or called in self._bound.attributes
        data = data or called in DATA_KEYWORDS or called in SPECIAL
        for keyword in node.keywords:
            if keyword.arg is None:
                keyword.value = _call(DATA if data else KNOWN, keyword.value)
        return node

    def _is_own(self, node: ast.Attribute) -> bool:
        modules = self._bound.modules.keys() - self._bound.others
        if isinstance(node.value, ast.Name) and node.value.id in modules:
            return False
        return node.attr in self._bound.attributes - ATTRIBUTES and not node.attr.startswith("__")


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    node = ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
    return ast.copy_location(node, arguments[0])


def without_main(tree: ast.Module) -> ast.Module:
    """Return the tree without `if __name__ == "__main__"` at its top, which does not run here."""
    body: list[ast.stmt] = []
    for node in tree.body:
        body += node.orelse if isinstance(node, ast.If) and _is_main(node.test) else [node]
    tree.body = body
    return tree


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and ast.unparse(test).replace('"', "'") in (
        "__name__ == '__main__'",
        "'__main__' == __name__",
    )
