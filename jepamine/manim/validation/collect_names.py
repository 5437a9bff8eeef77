"""Collect the public names of Manim, numpy and the standard library that scenes may use.

`python -m jepamine.manim.validation.collect_names` writes allowed_names.toml beside this file; a test
compares the two. What `denied` lists is left out.
"""

from __future__ import annotations

import ast
import builtins
import collections
import importlib
import inspect
import itertools
import math
import random
import textwrap
import types
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from jepamine.manim.engine.engine import load_manim
from jepamine.manim.validation import denied_names
from jepamine.manim.validation.names import BUILTINS, STANDARD
from jepamine.utils.printing import word_set

OUTPUT = Path(__file__).with_name("allowed_names.toml")
# Attributes of cameras that scenes set: by hand, as most of a camera is machinery.
_CAMERA = word_set(
    """
    camera frame background_color background_opacity frame_width frame_height frame_center frame_shape
    frame_rate pixel_width pixel_height set_zoom zoomed_camera zoomed_display phi_tracker theta_tracker
    gamma_tracker focal_distance_tracker zoom_tracker light_source light_source_start_point
    """
)
_DATA_TYPES = (
    str, list, dict, tuple, set, frozenset, int, float, complex, range, slice, property, Exception,
    collections.Counter, collections.deque, collections.OrderedDict, collections.ChainMap,
    random.Random, Fraction, types.GeneratorType, itertools.chain,
)  # fmt: skip
_FUNCTIONS = word_set("func args keywords cache_info cache_clear reduce accumulate outer name value dtype")
_KEYWORDS = word_set(
    "key reverse default start stop step sep end strict maxlen k weights fillvalue repeat initial maxsplit "
    "base maxsize typed rename defaults predicate func r default_factory "
    "frozen kw_only init compare order eq lo hi n cum_weights bound"
)


def collect() -> dict[str, frozenset[str]]:
    """Return the names of each table of allowed_names.toml. Raises UserError if Manim is missing."""
    manim = load_manim()
    numpy = importlib.import_module("numpy")
    modules = {name for name, value in vars(manim).items() if isinstance(value, types.ModuleType)}
    public = (
        {name for name in vars(manim) if not name.startswith("_")} - modules - {"config", *denied_names.NAMES}
    )
    kinds = _classes(getattr(manim, name) for name in public)
    arrays = [numpy.ndarray, numpy.float64, numpy.poly1d, numpy.random.Generator]
    attributes = set(_CAMERA | _FUNCTIONS)
    for kind in (*kinds, *arrays, *_DATA_TYPES):
        attributes |= _members(kind)
    standard = {name for names in STANDARD.values() for name in names}
    attributes = {name for name in attributes if not name.startswith("_")} - set(denied_names.ATTRIBUTES)
    functions = [getattr(manim, name) for name in public]
    functions += [method for kind in kinds for method in vars(kind).values()]
    functions += [getattr(numpy, name) for name in numpy.__all__ if name not in denied_names.NUMPY]
    functions += [numpy.array, numpy.linalg.norm, *vars(numpy.linalg).values()]
    functions += [getattr(numpy.random.Generator, name) for name in dir(numpy.random.Generator)]
    functions += [getattr(random, name) for name in dir(random)] + [getattr(math, name) for name in dir(math)]
    functions += [getattr(builtins, name) for name in BUILTINS if hasattr(builtins, name)]
    keywords = set(_KEYWORDS).union(*map(_parameters, functions), *map(_taken, kinds)) | attributes
    # Scenes may define attributes on objects of Manim's and their own classes only; see `guards`.
    machinery = set().union(*map(_members, kinds)) | denied_names.CODE
    return {
        "manim": frozenset(public),
        "numpy": frozenset(numpy.__all__) - denied_names.NUMPY,
        "attributes": frozenset(attributes | standard),
        "keywords": frozenset(name for name in keywords if not name.startswith("_")) - denied_names.KEYWORDS,
        "machinery": frozenset(name for name in machinery if not name.startswith("__"))
        - attributes
        - standard,
    }


def text() -> str:
    """Return the content of allowed_names.toml."""
    parts = ["# Written by `python -m jepamine.manim.validation.collect_names`.\n"]
    for name, names in collect().items():
        lines = textwrap.fill(" ".join(sorted(names)), 110, break_long_words=False, break_on_hyphens=False)
        parts.append(f'{name} = """\n{lines}\n"""\n')
    return "".join(parts)


def _classes(values: Iterable[Any]) -> list[type]:
    found = {
        base: None
        for value in values
        if isinstance(value, type)
        for base in value.__mro__
        if base.__module__.startswith("manim.") and "OpenGL" not in base.__name__
    }
    return list(found)


def _members(kind: type) -> set[str]:
    """Return the attributes of a class, and those that its methods assign to `self`."""
    names = set(dir(kind))
    if kind.__module__.startswith("manim."):
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind)))):
            match node:
                case ast.Attribute(value=ast.Name(id="self"), ctx=ast.Store()):
                    names.add(node.attr)
    return names


def _taken(kind: type) -> Iterator[str]:
    """Yield the keywords that methods of a class take out of their `**kwargs`."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind)))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="kwargs"), attr="pop" | "get" | "setdefault"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def _parameters(function: Callable[..., Any]) -> Iterator[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return
    for parameter in parameters:
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            yield parameter.name


if __name__ == "__main__":
    OUTPUT.write_text(text())
