"""Check syntax trees against the nodes and names known to be good. Nothing is run here."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from jepamine.errors import did_you_mean
from jepamine.manim.validation import denied_names, replaced_names
from jepamine.manim.validation.bound_names import Bound, bound_names, given_names, names_of_class
from jepamine.manim.validation.guards import BUILTINS
from jepamine.manim.validation.names import ATTRIBUTES, INSIDE_MANIM, KEYWORDS, MACHINERY, MANIM, MODULES
from jepamine.utils.printing import word_set

NODES: tuple[type[ast.AST], ...] = (
    ast.Module, ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr, ast.Delete, ast.Pass,
    ast.For, ast.While, ast.If, ast.With, ast.withitem, ast.Break, ast.Continue, ast.Return, ast.Yield,
    ast.YieldFrom, ast.Try, ast.ExceptHandler, ast.Raise, ast.Assert, ast.Global, ast.Nonlocal, ast.Import,
    ast.ImportFrom, ast.alias, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.arguments, ast.arg, ast.keyword,
    ast.Call, ast.Attribute, ast.Subscript, ast.Slice, ast.Starred, ast.Name, ast.Constant, ast.JoinedStr,
    ast.FormattedValue, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.GeneratorExp, ast.comprehension, ast.IfExp, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare,
    ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop,
    # Has no line of its own; the statement around it has, and is not allowed.
    ast.match_case,
)  # fmt: skip
#: Methods of classes that Python calls by itself.
SPECIAL = word_set(
    """
    __init__ __post_init__ __str__ __repr__ __len__ __iter__ __next__ __getitem__ __setitem__ __contains__
    __call__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __neg__ __abs__ __add__ __radd__
    __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __floordiv__ __mod__ __pow__ __matmul__
    __int__ __float__ __round__
    """
)
#: Functions and methods whose keywords are data, whatever they are called.
DATA_KEYWORDS = word_set("dict Counter OrderedDict format update")


MOST = 20
_IMPORTS = f"only manim, {', '.join(sorted({name.split('.')[0] for name in MODULES} - {'manim'}))}"


@dataclass(frozen=True)
class Objection:
    """Something that a line must not contain; `module` is "" for the scene's own file."""

    line: int
    message: str
    module: str = ""


def objections(tree: ast.Module, local: Mapping[str, ast.Module] | None = None) -> list[Objection]:
    """Return what is not allowed in a file and the modules beside it, at most 20; empty if all of it is."""
    trees = {"": tree, **(local or {})}
    bound = bound_names(trees)
    result: dict[Objection, None] = {}
    # By lines, so that what follows the last one shown is not looked at: a hint takes milliseconds.
    for module, inside in sorted(trees.items()):
        fine = _fine(inside)
        for node in sorted(ast.walk(inside), key=_line):
            if len(result) >= MOST and sum(one.line <= _line(node) for one in result) >= MOST:
                break
            messages = _of(node, bound, fine)
            result.update({Objection(_line(node), message, module): None for message in messages})
            if isinstance(node, ast.ClassDef) and (old := replaced_names.settings_of_old(node)) is not None:
                result[Objection(*old, module)] = None
        if len(result) >= MOST:
            break
    return sorted(result, key=lambda objection: (objection.module, objection.line))[:MOST]


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 1)


def _fine(tree: ast.AST) -> set[int]:
    """Return the ids of attributes that begin with __ and are allowed where they are."""
    fine = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            on_super = isinstance(of, ast.Call) and isinstance(of.func, ast.Name) and of.func.id == "super"
            if node.func.attr in SPECIAL and (
                on_super or (node.func.attr == "__init__" and isinstance(of, ast.Name))
            ):
                fine.add(id(node.func))
        if isinstance(node, ast.Attribute) and node.attr == "__name__" and isinstance(node.ctx, ast.Load):
            fine.add(id(node))
            if isinstance(node.value, ast.Attribute) and node.value.attr == "__class__":
                fine.add(id(node.value))
    return fine


def _of(node: ast.AST, bound: Bound, fine: set[int]) -> Iterator[str]:
    if not isinstance(node, NODES):
        yield f"{type(node).__name__} is not among the statements that a scene may use"
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from _import(node, bound)
    elif isinstance(node, ast.Attribute):
        if id(node) not in fine:
            yield from _attribute(node, bound)
    elif isinstance(node, ast.Name):
        yield from _name(node, bound)
    elif isinstance(node, ast.Call):
        yield from _keywords(node, bound)
        if (old := replaced_names.uncalled(node)) is not None:
            yield old
    elif isinstance(node, ast.ClassDef):
        yield from _class(node)
    else:
        for name in given_names(node):
            if name.startswith("__") and not (isinstance(node, ast.FunctionDef) and name in SPECIAL):
                yield f"{name}: names that start with __ are not allowed"


def _class(node: ast.ClassDef) -> Iterator[str]:
    if node.keywords:
        yield "a class with keywords is not allowed"
    for name in sorted(names_of_class(node) & MACHINERY):
        yield f"{name} {_reason(name)} and cannot be defined in a class"
    if node.name.startswith("__"):
        yield f"{node.name}: names that start with __ are not allowed"


def _import(node: ast.Import | ast.ImportFrom, bound: Bound) -> Iterator[str]:
    for name in (name for alias in node.names for name in (alias.name, alias.asname or "")):
        if name.startswith("__"):
            yield f"{name}: names that start with __ are not allowed"
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name not in MODULES and alias.name not in bound.local:
                old = replaced_names.module_of_old(alias.name)
                yield old or f"import {alias.name}: {_IMPORTS} may be imported"
        return
    module = node.module or ""
    if not node.level and (module == "__future__" or module in bound.local):
        return
    root = module.split(".")[0]
    if node.level or root not in MODULES or (root != "manim" and module not in MODULES):
        old = replaced_names.module_of_old(module) if not node.level else None
        yield old or f"from {'.' * node.level}{module} import: {_IMPORTS} may be imported"
        return
    for alias in node.names:
        if alias.name == "*":
            if root not in ("manim", "math"):
                yield f"from {module} import *: import {root} itself"
        elif alias.name not in MODULES.get(module, INSIDE_MANIM):
            yield _unknown(alias.name, f"{module}.{alias.name}", module)


def _attribute(node: ast.Attribute, bound: Bound) -> Iterator[str]:
    name, own = node.attr, node.attr in bound.attributes and node.attr not in MACHINERY
    module = _module(node.value, bound)
    if name.startswith("_") and (name.startswith("__") or not own):
        yield f".{name}: attributes that start with _ are not allowed"
    elif module is not None:
        if name not in MODULES[module]:
            yield _unknown(name, f"{module}.{name}", module)
    elif not own and (old := replaced_names.attribute_of_old(name)) is not None and name not in ATTRIBUTES:
        yield old
    elif own or name in ATTRIBUTES or (name == "format" and _plain_format(node.value)):
        return
    elif name in MACHINERY or name in denied_names.ATTRIBUTES:
        yield f".{name} {_reason(name)}"
    elif not (name.startswith(("get_", "set_")) and name[4:] in ATTRIBUTES | bound.attributes - MACHINERY):
        near = did_you_mean(name, ATTRIBUTES | bound.attributes)
        yield f".{name} is not among the attributes that a scene may use{near}"


def _name(node: ast.Name, bound: Bound) -> Iterator[str]:
    name = node.id
    bound_names = bound.others, bound.imported, bound.modules, bound.local
    if name.startswith("__"):
        if name != "__name__" or not isinstance(node.ctx, ast.Load):
            yield f"{name}: names that start with __ are not allowed"
    elif any(name in known for known in (*bound_names, BUILTINS, MANIM)):
        return
    elif hasattr(builtins, name):
        yield f"{name} is not among the built-in names that a scene may use"
    else:
        yield _unknown(name, name, "manim", {*bound.others, *BUILTINS})


def _keywords(node: ast.Call, bound: Bound) -> Iterator[str]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
    of_code = called in bound.others or called in bound.attributes or called in DATA_KEYWORDS
    of_code = of_code or called in SPECIAL
    for keyword in node.keywords:
        name = keyword.arg
        if name is None:
            keys = keyword.value.keys if isinstance(keyword.value, ast.Dict) else []
            for key in (key.value for key in keys if isinstance(key, ast.Constant)):
                if isinstance(key, str) and key.startswith("__"):
                    yield f"{key}=: this keyword is not allowed"
            continue
        if name.startswith("__") or (
            name in denied_names.KEYWORDS and not (of_code and name in bound.keywords)
        ):
            yield f"{name}=: this keyword is not allowed"
        elif not (of_code or name in KEYWORDS or name in bound.keywords):
            if (old := replaced_names.keyword_of_old(name)) is not None:
                yield old
                continue
            near = did_you_mean(name, KEYWORDS | bound.keywords)
            yield f"{name}= is not a keyword of anything that a scene may call{near}"


def _reason(name: str) -> str:
    return denied_names.ATTRIBUTES.get(name, "is part of how Manim runs, not of a scene")


def _unknown(name: str, shown: str, module: str, more: Iterable[str] = ()) -> str:
    if reason := denied_names.NAMES.get(name) if module.startswith("manim") else None:
        return f"{shown} {reason}"
    if module.startswith("manim") and (old := replaced_names.name_of_old(name)) is not None:
        return old
    near = did_you_mean(name, {*MODULES.get(module, INSIDE_MANIM), *more})
    return f"{shown} is not among the names that a scene may use{near}"


def _plain_format(node: ast.expr) -> bool:
    """Return whether `node` is a text without lookups in {}: "{0.x}" and "{0[x]}" read anything."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    waiting = [node.value]
    try:
        while waiting:
            for _, name, inner, _ in Formatter().parse(waiting.pop()):
                if name is not None and not (name.isidentifier() or name.isdigit() or name == ""):
                    return False
                waiting += [inner] if inner else []
    except ValueError:
        return False
    return True


def _module(node: ast.expr, bound: Bound) -> str | None:
    """Return the module that an expression is, `numpy.linalg` for `np.linalg`; None for anything else."""
    if isinstance(node, ast.Name):
        return bound.modules.get(node.id) if node.id not in bound.others else None
    if isinstance(node, ast.Attribute):
        parent = _module(node.value, bound)
        return f"{parent}.{node.attr}" if f"{parent}.{node.attr}" in MODULES else None
    return None
