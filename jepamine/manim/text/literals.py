"""Literals of a description that are not words: functions of x, formulas, and lists of data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from jepamine.manim.text.chart_data import NUMBER, ROWS, listed_data, worded_data
from jepamine.manim.text.named_formulas import named_formulas
from jepamine.manim.text.typed_formulas import function_of, latex_of

_PARENTHESES = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_CALL = rf"(?:sin|cos|tan|exp|log|ln|sqrt|abs|sinh|cosh|tanh)\s*{_PARENTHESES}"
_ATOM = rf"(?:\d+(?:\.\d+)?|pi\b|x(?![a-wyz])|e(?=\s*\^)|{_CALL}|{_PARENTHESES}"
_ATOM += r"|\|[^|\n]{1,40}\|)[\u00b2\u00b3]?"
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
_SHAPE = "circle|square|rectangle|triangle|ellipse"
#: A figure made of two that overlap; "at the intersection of" is a place.
_COMBINED = re.compile(
    r"(?<!at the )(?<!to the )(?<!at )(?<!point of )\b(?P<how>union|intersection|difference|exclusion) "
    r"(?:of|between) (?:(?:two|2) (?:overlapping |intersecting )?"
    rf"(?P<both>{_SHAPE})s|an? (?:overlapping )?(?P<one>{_SHAPE}) and an? (?P<other>{_SHAPE}))\b",
    re.I,
)
#: Code without quotes, to the end of the line: "a code block: for i in range(3): print(i)".
_CODE = re.compile(
    r"\bcode(?: block| snippet| listing| example)?(?: in python)?\s*:\s+"
    r"(?P<body>[A-Za-z][^\n\"'`]*[(=][^\n]*)",
    re.I,
)
_DOLLARS = re.compile(r"\$(?P<body>[^$\n]+)\$")
#: A formula in LaTeX without dollars: "Write \\int_0^1 x dx".
_COMMAND = re.compile(r"(?<!\S)(?:[A-Za-z]\s*=\s*)?[^\s\\'\"`$]{0,40}\\[A-Za-z]+")
#: Characters that are called by their names: texts.
_CHARACTERS = {
    "question mark": "?", "exclamation mark": "!", "exclamation point": "!", "equals sign": "=",
    "equal sign": "=", "minus sign": "\u2212", "percent sign": "%", "dollar sign": "$", "hash sign": "#",
    "at sign": "@", "ampersand": "&", "check mark": "\u2713", "checkmark": "\u2713",
}  # fmt: skip
_CHARACTER = re.compile(rf"\b(?:{'|'.join(_CHARACTERS)})\b", re.I)
LONGEST_FORMULA = 300
_NAMED = re.compile(
    r"(?<!\w)(?:formula|equation|expression|identity|theorem)s?\s*:?\s+"
    r"(?!(?:for|of|that|which|with|in|on|at|by|to|is|are|as|and|from|about|appears?)\b)(?=(?P<body>[^\n;]+))",
    re.I,
)
#: A number, a letter or two, a function, a sign; each can be divided in one way only.
_SYMBOL = (
    r"(?:\d+(?:\.\d+)?(?![\d.]\d|\d)|(?<![A-Za-z])(?!x\s\d)(?!(?i:as|at|be|by|do|go|he|if|in|is|it|me|my|no|of|on|or|so|to|up|us|we|an)\b)[A-Za-z]{1,2}(?:\d(?!\d))?(?![A-Za-z])|(?<![A-Za-z])(?:sin|cos|tan|log|ln)"
    r"(?![A-Za-z])|[(){}\u03c0\u00b2\u00b3\u221a!'])"
)
_SIGN = r"(?:[-+*/^\u00b7\u00d7\u00b1]|(?<=\s)x(?=\s\d))"
_SIDE = rf"-?{_SYMBOL}(?:(?:\s*{_SIGN}\s*|\s?)-?{_SYMBOL}){{0,30}}"
#: An equation in the middle of a sentence: "1/2 + 1/3 = 5/6", "F = G*m1*m2/r^2".
_EQUATION = re.compile(
    r"(?<![\w.,(=])(?P<lead>(?:at|when|where|for|if|with|from|label(?:l?ed)?)\s+)?"
    rf"(?P<body>{_SIDE}(?:\s*=\s*{_SIDE}){{1,4}})(?![\w^*/=])"
)
#: What is before the result of an equation: "x + 2 = 5 becomes x = 3".
_BECOMES = re.compile(
    r"(?:\b(?:equation|formula|expression)\b[^.;]{0,200}|(?:[-+*/^]\s*\w|\d[A-Za-z])[^.;]{0,40}=[^.;]{0,40})"
    r"\b(?:into|becom(?:es?|ing)|gives|giving)\s+(?:to\s+)?$",
    re.I,
)
_END = r"-?(?:\d+(?:\.\d+)?\s?\*?\s?)?(?:pi\b|\u03c0)(?:\s?/\s?\d+)?"
#: "from -pi to pi": a range of which an end is a multiple of pi.
_SPAN = re.compile(
    rf"\b(?:from|between)\s+(?:x\s?=\s?)?({_END}|{NUMBER})\s+(?:to|and)\s+"
    rf"(?:x\s?=\s?)?({_END}|{NUMBER})(?!\w)",
    re.I,
)
#: "for x between -3 and 3", "for -3 <= x <= 3".
_DOMAIN = re.compile(
    r"\b(?:for|with|where|on)\s+(?:x\s+(?:is\s+)?(?:in|between|from|ranging from)\s+[\[(]?"
    rf"({NUMBER})\s*(?:and|to|,)\s*({NUMBER})"
    rf"[\])]?|({NUMBER})\s*(?:<=?|\u2264)\s*x\s*(?:<=?|\u2264)\s*({NUMBER}))(?![\w.])",
    re.I,
)


def literals(description: str) -> list[tuple[int, int, str, Any]]:
    """Return (start, end, kind, value) of each literal, in order and without overlaps.

    Kinds are "function" (code of a function of x), "formula" (LaTeX), "span" (the ends of a range), "data"
    (a list of numbers, texts, (name, number) or rows), "quoted" (code) and "combined" (how, two shapes).
    """
    found: list[tuple[int, int, str, Any]] = []
    taken = [match.span() for match in _QUOTED.finditer(description)]

    def free(start: int, end: int) -> bool:
        return all(end <= first or start >= last for first, last in taken)

    for match in ROWS.finditer(description):
        # Its cells may be in quotes.
        taken = [span for span in taken if span[0] < match.start() or span[1] > match.end()]
    for start, end, kind, value in _candidates(description):
        if value is not None and free(start, end):
            found.append((start, end, kind, value))
            taken.append((start, end))
    return sorted(found)


def _candidates(description: str) -> Iterator[tuple[int, int, str, Any]]:
    for match in _COMBINED.finditer(description):
        pair = (match["both"] or match["one"], match["both"] or match["other"])
        yield *match.span(), "combined", (match["how"].lower(), tuple(shape.lower() for shape in pair))
    if code := _CODE.search(description):
        yield *code.span("body"), "quoted", code["body"].strip()
    for match in _CHARACTER.finditer(description):
        yield *match.span(), "quoted", _CHARACTERS[match[0].lower()]
    for match in _DOLLARS.finditer(description):
        yield *match.span(), "formula", match["body"].strip()
    yield from listed_data(description)
    for match in _COMMAND.finditer(description):
        yield from _formula(match.start(), description[match.start() : match.start() + LONGEST_FORMULA])
    for start, end, latex in named_formulas(description):
        yield start, end, "formula", latex
    for match in _NAMED.finditer(description):
        yield from _formula(match.start("body"), match["body"])
    for match in _EQUATION.finditer(description):
        yield from _equation(match)
    for pattern in (_FUNCTION, _ANNOUNCED, _BARE):
        for match in pattern.finditer(description):
            body = match["body"]
            if pattern is _BARE and not re.search(r"x\s*\^|x\s*\*\*|[a-z]\s*\(.*x", body, re.I):
                continue
            start = match.start() if pattern is _FUNCTION else match.start("body")
            if pattern is _FUNCTION and _rewritten(description, start):
                yield start, match.end(), "formula", latex_of(match[0])
                continue
            yield start, match.end(), "function", function_of(body)
    for match in _SPAN.finditer(description):
        low, high = _multiple(match[1]), _multiple(match[2])
        if low < high and re.search("pi|\u03c0", match[0], re.I):
            yield *match.span(), "span", (low, high)
    for match in _DOMAIN.finditer(description):
        low, high = (float(end) for end in match.groups() if end is not None)
        if low < high:
            yield *match.span(), "span", (low, high)
    yield from worded_data(description)


def _rewritten(description: str, start: int) -> bool:
    """Return whether "y = 2x + 5" is what an equation turns into, not a function that is plotted."""
    before = description[:start].lower()
    plotted = re.search(r"\b(?:plot|graph|curve|axes|parabola|draw)", description, re.I)
    return (
        bool(re.search(r"\b(?:equation|formula|expression)\b.*\b(?:into|to|becomes)\s*$", before))
        and not plotted
    )


def _equation(match: re.Match[str]) -> Iterator[tuple[int, int, str, Any]]:
    """Yield an equation that computes something, or that is a label: not "at x = 2", nor a function."""
    lead, body = (match["lead"] or "").strip().lower(), match["body"]
    operates = re.search(r"[-+*/^\u00b7\u00d7\u00b2\u00b3]|\s[x\u00d7]\s|\d[A-Za-z]", body)
    if re.match(r"(?:y|[fgh]\s*\(\s*x\s*\))\s*=", body, re.I):
        # A function.
        return
    if lead and not lead.startswith("label"):
        return
    # "V = IR", "F = ma".
    product = re.fullmatch(r"[A-Z]\s*=\s*(?:[A-Z]{2}|[a-z]{2})", body)
    before = match.string[max(match.start("body") - LONGEST_FORMULA, 0) : match.start("body")]
    if operates or lead or product or _BECOMES.search(before):
        yield (
            match.start("body"),
            match.end("body"),
            "formula",
            latex_of(re.sub(r"(?<=\d) x (?=\d)", " * ", body)),
        )


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


def _multiple(text: str) -> float:
    """Return the value of a number or of a multiple of pi: "-pi/2", "2 pi"."""
    top, _, divisor = re.sub(r"[\s*]", "", text.lower().replace("\u03c0", "pi")).partition("/")
    factor = top.removesuffix("pi")
    value = float(f"{factor}1" if factor in ("", "-") else factor)
    return (value * np.pi if factor != top else value) / (float(divisor or 1) or 1.0)
