"""Literals of a description that are not words: functions of x, formulas, and lists of data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from jepamine.manim.text.typed_formulas import function_of, latex_of

_NUMBER = r"-?\d+(?:\.\d+)?"
_PARENTHESES = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_CALL = rf"(?:sin|cos|tan|exp|log|ln|sqrt|abs|sinh|cosh|tanh)\s*{_PARENTHESES}"
_ATOM = rf"(?:\d+(?:\.\d+)?|pi\b|x(?![a-wyz])|e(?=\s*\^)|{_CALL}|{_PARENTHESES})"
_PRODUCT = rf"{_ATOM}(?:\s*(?:\*\*|[\^*/])\s*-?\s*{_ATOM}|\s?(?=[a-z(\d]){_ATOM})*"
_SUM = rf"-?\s*{_PRODUCT}(?:\s*[+-]\s*{_PRODUCT})*"
_QUOTED = re.compile(r"""(?<!\w)("[^"]+"|'(?:[^']|'(?=\w))+'(?!\w)|`[^`]+`|\u201c[^\u201d]+\u201d)""")
#: `y = x^2`, `f(x) = 2x`; a sum that looks like one of x after a word that announces it.
_FUNCTION = re.compile(rf"(?<!\w)(?:(?:y|[fgh]\s*\(\s*x\s*\))\s*=\s*)(?P<body>{_SUM})(?!\w)", re.I)
_ANNOUNCED = re.compile(
    r"(?<!\w)(?:graph|plot|function|curve|parabola|integral|derivative|limit|differentiate|integrate)s?\s+(?:of\s+)?(?:the\s+)?(?:function\s+|curve\s+)?(?:of\s+)?"
    rf"(?P<body>{_SUM})(?!\w)",
    re.I,
)
_BARE = re.compile(rf"(?<!\w)(?P<body>{_SUM})(?!\w)", re.I)
_DOLLARS = re.compile(r"\$(?P<body>[^$\n]+)\$")
_NAMED = re.compile(
    r"(?<!\w)(?:formula|equation|expression|identity|theorem)s?\s*:?\s+(?=(?P<body>[^\n;]+))", re.I
)
_ROWS = re.compile(r"\[\s*\[[^\[\]]*\](?:\s*,\s*\[[^\[\]]*\])*\s*\]")
_LIST = re.compile(r"\[[^\[\](){},]+(?:,[^\[\](){},]+){2,}\]")
_VALUES = re.compile(
    r"(?<!\w)(?:values?|data|heights|entries|numbers|scores)\s*(?:are\s|of\s|:|=)?\s*"
    rf"(?P<body>{_NUMBER}(?:(?:\s*,\s*|\s+)(?:and\s+)?{_NUMBER})+)"
    r"(?![\w.]*\w)",
    re.I,
)
_PAIRS = re.compile(
    rf"(?<![\w.])(?P<body>[A-Za-z]\w*\s*[:=]?\s*{_NUMBER}%?(?:\s*(?:,|and|,\s*and)\s*[A-Za-z]\w*\s*[:=]?\s*{_NUMBER}%?)+)"
)
_END = r"-?(?:\d+(?:\.\d+)?\s?\*?\s?)?(?:pi\b|\u03c0)(?:\s?/\s?\d+)?"
#: "from -pi to pi": a range of which an end is a multiple of pi.
_SPAN = re.compile(
    rf"\b(?:from|between)\s+(?:x\s?=\s?)?({_END}|{_NUMBER})\s+(?:to|and)\s+"
    rf"(?:x\s?=\s?)?({_END}|{_NUMBER})(?!\w)",
    re.I,
)
_CHART = re.compile(r"\b(?:bar (?:chart|graph)|histogram)s?\b", re.I)


def literals(description: str) -> list[tuple[int, int, str, Any]]:
    """Return (start, end, kind, value) of each literal, in order and without overlaps.

    Kinds are "function" (code of a function of x), "formula" (LaTeX), "span" (the ends of a range) and "data"
    (a list of numbers, of texts, of (name, number) or of rows).
    """
    found: list[tuple[int, int, str, Any]] = []
    taken = [match.span() for match in _QUOTED.finditer(description)]

    def free(start: int, end: int) -> bool:
        return all(end <= first or start >= last for first, last in taken)

    for match in _ROWS.finditer(description):
        # Its cells may be in quotes.
        taken = [span for span in taken if span[0] < match.start() or span[1] > match.end()]
    for start, end, kind, value in _candidates(description):
        if value is not None and free(start, end):
            found.append((start, end, kind, value))
            taken.append((start, end))
    return sorted(found)


def _candidates(description: str) -> Iterator[tuple[int, int, str, Any]]:
    for match in _DOLLARS.finditer(description):
        yield *match.span(), "formula", match["body"].strip()
    for match in _ROWS.finditer(description):
        rows = [_cells(row) for row in re.findall(r"\[([^\[\]]*)\]", match[0])]
        yield *match.span(), "data", rows
    for match in _LIST.finditer(description):
        yield *match.span(), "data", _cells(match[0][1:-1])
    for match in _NAMED.finditer(description):
        yield from _formula(match.start("body"), match["body"])
    for pattern in (_FUNCTION, _ANNOUNCED, _BARE):
        for match in pattern.finditer(description):
            body = match["body"]
            if pattern is _BARE and not re.search(r"x\s*\^|x\s*\*\*|[a-z]\s*\(.*x", body, re.I):
                continue
            start = match.start() if pattern is _FUNCTION else match.start("body")
            yield start, match.end(), "function", function_of(body)
    for match in _SPAN.finditer(description):
        low, high = _multiple(match[1]), _multiple(match[2])
        if low < high and re.search("pi|\u03c0", match[0], re.I):
            yield *match.span(), "span", (low, high)
    for match in _VALUES.finditer(description):
        yield *match.span(), "data", [_number(text) for text in re.findall(_NUMBER, match["body"])]
    if chart := _CHART.search(description):
        for match in _PAIRS.finditer(description, chart.end()):
            pairs = re.findall(rf"([A-Za-z]\w*)\s*[:=]?\s*({_NUMBER})", match["body"])
            if not any(name.lower() in ("with", "and", "of", "bars", "to", "from") for name, _ in pairs):
                yield *match.span("body"), "data", [(name, _number(value)) for name, value in pairs]


def _formula(start: int, text: str) -> Iterator[tuple[int, int, str, Any]]:
    """Yield the formula at the beginning of a text: its words up to one of plain English."""
    end = 0
    for word in re.finditer(r"\S+", text):
        bare = word[0].rstrip(".,:")
        plain = re.fullmatch(r"[A-Za-z]{2,}", bare) and not re.fullmatch(
            r"sin|cos|tan|log|ln|pi|theta|alpha|beta|dx|dy|dt|mc|ab|bc|xy|[A-Z]{2}", bare
        )
        if plain or not re.fullmatch(
            r"[\w\\{}()\[\]^+\-*/=<>.,'!|\u00b2\u00b3\u03c0\u221a\u2264\u2265\u00b7\u00d7]+", bare
        ):
            break
        if end == 0 and re.fullmatch(r"a|an|I", bare):
            break
        end = word.start() + len(bare)
        if bare != word[0] and word[0][-1] != ",":
            break
        if word[0].endswith(","):
            break
    body = text[:end]
    if re.search(r"[=^\\_+*/<>\u00b2\u00b3]|\w\(", body):
        yield start, start + end, "formula", latex_of(body)


def _cells(text: str) -> list[Any]:
    cells = [cell.strip().strip("'\"") for cell in text.split(",")]
    return [_number(cell) if re.fullmatch(_NUMBER, cell) else cell for cell in cells]


def _multiple(text: str) -> float:
    """Return the value of a number or of a multiple of pi: "-pi/2", "2 pi"."""
    top, _, divisor = re.sub(r"[\s*]", "", text.lower().replace("\u03c0", "pi")).partition("/")
    factor = top.removesuffix("pi")
    value = float(f"{factor}1" if factor in ("", "-") else factor)
    return (value * np.pi if factor != top else value) / (float(divisor or 1) or 1.0)


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value == int(value) and "." not in text else value
