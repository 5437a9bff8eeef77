"""The built-in names and modules of a scene's namespace: those that its syntax tree may contain.

The syntax check reports violations earlier and with a line; this holds if the tree hides something.
"""

from __future__ import annotations

import builtins
import importlib
import math
from functools import cache
from types import ModuleType
from typing import Any

from jepamine.manim.validation.vocabulary import BUILTINS, INSIDE_MANIM, MODULES


def guarded_builtins() -> dict[str, Any]:
    """Return the replacement of `__builtins__` in a scene's namespace."""
    names = {name: getattr(builtins, name) for name in BUILTINS}
    return {**names, "__build_class__": builtins.__build_class__, "__import__": _import}


def _import(
    name: str, _globals: Any = None, _locals: Any = None, wanted: Any = (), level: int = 0
) -> ModuleType:
    root = name.split(".")[0]
    if name == "__future__":
        return importlib.import_module(name)
    if level or root not in MODULES:
        raise ImportError(f"only manim, numpy and math may be imported, not {name}")
    return _part(name) if wanted else _part(root)


@cache
def _part(name: str) -> ModuleType:
    """Return a module with only the names that may be used."""
    if name == "math":
        return math
    real = importlib.import_module(name)
    part = ModuleType(name)
    for allowed in MODULES.get(name, INSIDE_MANIM):
        inner = f"{name}.{allowed}"
        if inner in MODULES and inner != "manim.config":
            setattr(part, allowed, _part_of(getattr(real, allowed), inner))
        elif hasattr(real, allowed):
            setattr(part, allowed, getattr(real, allowed))
    if name == "manim":
        part.np = _part("numpy")  # type: ignore[attr-defined]
    part.__all__ = [key for key in vars(part) if not key.startswith("_")]  # type: ignore[attr-defined]
    return part


def _part_of(real: ModuleType, name: str) -> ModuleType:
    part = ModuleType(name)
    for allowed in MODULES[name]:
        if hasattr(real, allowed):
            setattr(part, allowed, getattr(real, allowed))
    return part
