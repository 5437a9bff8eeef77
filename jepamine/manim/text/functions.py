"""Functions of x: from how people write them to Python, and their values."""

from __future__ import annotations

import ast
import re

import numpy as np
from numpy.typing import NDArray

_SAME = ("sin", "cos", "tan", "exp", "log", "sqrt", "abs", "sinh", "cosh", "tanh")
_CALLS = {"ln": "log"} | {name: name for name in _SAME}
#: Characters of a function; longer ones nest deeper than Python writes expressions.
LONGEST = 200
_NODES = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant, ast.operator, ast.unaryop,
          ast.expr_context)  # fmt: skip


def function_of(text: str) -> str | None:
    """Return the Python expression of a function of x, `np.sin(2 * x)`; None if it is not one."""
    if len(text) > LONGEST:
        return None
    plain = re.sub(
        r"\s+",
        " ",
        text.lower()
        .replace("**", "^")
        .replace("\u00b2", "^2")
        .replace("\u00b3", "^3")
        .replace("\u03c0", "pi"),
    )
    plain = re.sub(r"\|([^|]+)\|", r"abs(\1)", plain)
    # What is written side by side is multiplied: 2x, 3 sin(x), (x+1)(x-1).
    parts = re.findall(r"\d+(?:\.\d+)?|[a-z]+|[-+*/^()]", plain)
    if "".join(parts) != plain.replace(" ", ""):
        return None
    joined: list[str] = []
    for part in parts:
        before = joined[-1] if joined else ""
        ends = before == ")" or before.replace(".", "").isdigit() or before in ("x", "pi", "e")
        begins = part == "(" or part.isalpha() or part.replace(".", "").isdigit()
        if ends and begins:
            joined.append("*")
        joined.append(part)
    try:
        tree = ast.parse("".join(joined).replace("^", "**"), mode="eval")
    except (SyntaxError, RecursionError):
        return None
    if "x" not in parts or not all(map(_known, ast.walk(tree))):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            node.func.id = f"np.{_CALLS[node.func.id]}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in ("pi", "e"):
            node.id = f"np.{node.id}"
    return ast.unparse(tree)


def values(code: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values of what `function_of` returned; NaN where it has none."""
    with np.errstate(all="ignore"):
        result = np.asarray(_value(ast.parse(code, mode="eval").body, x), dtype=np.float64)
    return np.where(np.isfinite(result), result, np.nan) + 0 * x


def _known(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        named = isinstance(node.func, ast.Name) and node.func.id in _CALLS
        return named and len(node.args) == 1 and not node.keywords
    if isinstance(node, ast.Name):
        return node.id in ("x", "pi", "e", *_CALLS)
    return isinstance(node, _NODES)


def _value(node: ast.expr, x: NDArray[np.float64]) -> NDArray[np.float64] | float:
    match node:
        case ast.Constant(value=value):
            return float(str(value))
        case ast.Name():
            return x
        case ast.Attribute(attr=name):
            return float(getattr(np, name))
        case ast.Call(func=ast.Attribute(attr=name), args=[inner]):
            result: NDArray[np.float64] = getattr(np, name)(_value(inner, x))
            return result
        case ast.UnaryOp(op=op, operand=inner):
            return -_value(inner, x) if isinstance(op, ast.USub) else _value(inner, x)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _value(left, x), _value(right, x)
            if isinstance(op, ast.Pow):
                return np.power(a, b)
            if isinstance(op, ast.Div):
                return np.divide(a, b)
            return a + b if isinstance(op, ast.Add) else a - b if isinstance(op, ast.Sub) else a * b
    raise ValueError("not a function of x")
