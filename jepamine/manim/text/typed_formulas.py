"""Formulas and functions as people type them: their LaTeX, about its size, and functions of x in Python."""

from __future__ import annotations

import ast
import re

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.latex.estimates.glyph_boxes import Glyph
from jepamine.manim.latex.estimates.reader import Reader
from jepamine.manim.latex.estimates.tex_tokens import tokens_of

_NAMES = (
    "alpha|beta|gamma|delta|epsilon|theta|lambda|mu|pi|sigma|phi|omega|int|sum|prod|lim|sin|cos|tan|log|ln|exp|"
    "cdot|times|pm|Delta|Sigma|Omega"
)
_SIGNS = {
    "<=": r"\le ", ">=": r"\ge ", "!=": r"\ne ", "->": r"\to ", "+-": r"\pm ", "*": r"\cdot ",
    "\u00b2": "^2", "\u00b3": "^3", "\u03c0": r"\pi ", "\u2264": r"\le ", "\u2265": r"\ge ",
    "\u00b7": r"\cdot ", "\u00d7": r"\times ", "\u221a": r"\sqrt ",
}  # fmt: skip
_ROOT = re.compile(r"sqrt\s*\(((?:[^()]|\([^()]*\))*)\)")
_RAISED = r"(?:\^(?:-?\w+|\([^()]*\)))?"
_FRACTION = re.compile(
    rf"(?<![\w)^])(\w+{_RAISED}|\((?:[^()])*\){_RAISED})\s*/\s*(\w+{_RAISED}|\((?:[^()])*\){_RAISED})(?![\w(^])"
)
#: Units in a point of TeX; on ten formulas that were typeset, Manim's are 0.0487 to 0.0547.
_POINT = 0.0513


def latex_of(text: str) -> str:
    """Return the LaTeX of a formula; what is LaTeX already stays as it is."""
    if "\\" in text:
        return text.strip()
    result = _ROOT.sub(r"\\sqrt{\1}", text.strip())
    result = _FRACTION.sub(lambda match: rf"\frac{{{_bare(match[1])}}}{{{_bare(match[2])}}}", result)
    result = re.sub(r"(?<![A-Za-z0-9\\])([A-Za-z])(\d+)(?!\w)", r"\1_\2", result)
    result = re.sub(r"([\^_])\(([^()]*)\)", r"\1{\2}", result)
    # The digits of a chemical formula end where letters begin: "C_6H_12O_6".
    result = re.sub(r"_(\d{2,})(?=[A-Za-z])", r"_{\1}", result)
    result = re.sub(r"([\^_])(?!\d[A-Z])(-?[^\W_]{2,}|-\w)", r"\1{\2}", result)
    for sign, latex in _SIGNS.items():
        result = result.replace(sign, latex)
    result = re.sub(rf"(?<![\\A-Za-z])({_NAMES})(?![A-Za-z])", r"\\\1", result)
    return re.sub(r"\binfinity\b", r"\\infty", result).strip()


def formula_size(latex: str) -> tuple[float, float]:
    """Return about the width and height in units that `MathTex` has at its usual font size of 48."""
    reader = Reader(tokens_of([latex]))
    reader.formula("align*")
    glyphs = [item for item in reader.drawn if isinstance(item, Glyph)]
    if not glyphs:
        return 0.3, 0.45
    width = max(item.x + item.width for item in glyphs) - min(item.x for item in glyphs)
    height = max(item.y + item.height for item in glyphs) - min(item.y for item in glyphs)
    return max(_POINT * width, 0.1), max(_POINT * height, 0.1)


def _bare(text: str) -> str:
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


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
