"""LaTeX of formulas as people type them: `x^10`, `sqrt(2)`, `a <= b`; and about how large it is set."""

from __future__ import annotations

import re

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
_FRACTION = re.compile(r"(?<![\w)])(\w+|\((?:[^()])*\))\s*/\s*(\w+|\((?:[^()])*\))(?![\w(])")


def latex_of(text: str) -> str:
    """Return the LaTeX of a formula; what is LaTeX already stays as it is."""
    if "\\" in text:
        return text.strip()
    result = _ROOT.sub(r"\\sqrt{\1}", text.strip())
    result = _FRACTION.sub(lambda match: rf"\frac{{{_bare(match[1])}}}{{{_bare(match[2])}}}", result)
    result = re.sub(r"([\^_])\(([^()]*)\)", r"\1{\2}", result)
    result = re.sub(r"([\^_])(-?\w{2,}|-\w)", r"\1{\2}", result)
    for sign, latex in _SIGNS.items():
        result = result.replace(sign, latex)
    result = re.sub(rf"(?<![\\A-Za-z])({_NAMES})(?![A-Za-z])", r"\\\1", result)
    return re.sub(r"\binfinity\b", r"\\infty", result).strip()


def plain_of(latex: str) -> str:
    """Return about the characters that a formula shows in a line, to estimate its width."""
    result = re.sub(r"\\(?:frac|sqrt|mathbf|mathrm|text|left|right|begin|end)", "", latex)
    return re.sub(r"[{}^_\s]", "", re.sub(r"\\[A-Za-z]+", "m", result)) or "x"


def _bare(text: str) -> str:
    return text[1:-1] if text.startswith("(") else text
