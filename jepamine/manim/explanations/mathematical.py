"""Read constants of a film from a description: numbers, functions, ranges, vectors and matrices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jepamine.manim.text.literals import literals
from jepamine.manim.text.typed_formulas import latex_of

#: A number in a description, as a pattern.
NUMBER = r"-?\d+(?:\.\d+)?"
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}
#: A count in digits or as a word, as a pattern with one group.
COUNT = rf"(\d+|{'|'.join(_WORDS)})"


@dataclass(frozen=True)
class Taken:
    """Constants as code by name, and the parts of the description that they come from."""

    constants: dict[str, str]
    spans: tuple[tuple[int, int], ...] = ()


NOTHING = Taken({})
#: Reads a description; what it does not find it leaves out.
Take = Callable[[str], Taken]


def counted(text: str) -> int:
    """Return a count that `COUNT` has matched."""
    return _WORDS.get(text.lower()) or int(text)


def plain(text: str) -> float | int:
    """Return a number as it is written: an integer without a point."""
    return float(text) if "." in text else int(text)


#: The most entries of a matrix.
MOST_ENTRIES = 9
_VECTOR = re.compile(rf"\bvector\s*[(\[]\s*(?P<entries>{NUMBER}(?:\s*,\s*{NUMBER}){{1,3}})\s*[)\]]", re.I)
_POINT = re.compile(rf"[(\[]\s*({NUMBER})\s*,\s*({NUMBER})\s*[)\]]")
_GROWTHS = {
    "linear": ("x", "x"), "quadratic": ("x**2", "x^2"), "cubic": ("x**3", "x^3"),
    "exponential": ("2**x", "2^x"), "logarithmic": ("np.log2(1 + x)", r"\log_2(1 + x)"),
}  # fmt: skip


def legs(text: str) -> Taken:
    """Take the legs of a right triangle: "sides 3 and 4", "a = 3, b = 4"."""
    match = re.search(
        rf"\b(?:sides?|legs?)(?: of)?(?: length)?s? ({NUMBER})(?:,| and) ({NUMBER})(?:,? and 5)?",
        text,
        re.I,
    )
    match = match or re.search(rf"\ba\s*=\s*({NUMBER})\W+(?:and )?b\s*=\s*({NUMBER})", text, re.I)
    if match is None or min(float(match[1]), float(match[2])) <= 0:
        return NOTHING
    return Taken({"A": match[1], "B": match[2]}, (match.span(),))


def function(text: str) -> Taken:
    """Take a function of x, as code and as LaTeX."""
    for start, end, kind, code in literals(text):
        if kind == "function":
            body = re.sub(r"^[^=]*=\s*", "", text[start:end])
            constants = {
                "FUNCTION": f"lambda x: {code}",
                "LABEL": f"r{latex_of(body)!r}".replace("\\\\", "\\"),
            }
            return Taken(constants, ((start, end),))
    return NOTHING


#: The end of a range: a number, or a multiple of pi such as "2pi", "-pi/2", "3 \u03c0".
_END = rf"(-?(?:\d+(?:\.\d+)?\s?\*?\s?)?(?:\\?pi|\u03c0)(?:\s?/\s?\d+)?|{NUMBER})"
_BOUNDS = re.compile(
    rf"\b(?:for |with |x |ranging )*from (?:x ?= ?)?{_END} to (?:x ?= ?)?{_END}(?![\w.]*\w)"
    rf"|\b(?:for |with |x )*between (?:x ?= ?)?{_END} and (?:x ?= ?)?{_END}(?![\w.]*\w)"
    r"|\b(?:for |on |over |with |where )?(?:(?:the )?(?:interval|domain|range) "
    r"|x in |x \u2208 |on |over |for )"
    rf"\[\s*{_END}\s*[,;]\s*{_END}\s*\]"
    rf"|(?:\bfor |\bwith )?(?<![\w.]){_END}\s*(?:<=?|\u2264)\s*x\s*(?:<=?|\u2264)\s*{_END}(?![\w.]*\w)",
    re.I,
)


def bounds(text: str) -> Taken:
    """Take a range: "from 0 to pi", "between 1 and 3", "for x in [0, 6]", "-2 <= x <= 2"."""
    if (match := _BOUNDS.search(text)) is None:
        return NOTHING
    low, high = (_value(part) for part in match.groups() if part is not None)
    return Taken({"START": f"{low:.6g}", "END": f"{high:.6g}"}, (match.span(),)) if low < high else NOTHING


def at(text: str) -> Taken:
    """Take a place: "at x = 2", "as x approaches 1"."""
    match = re.search(
        r"(?:\bat (?:the point )?(?:x ?= ?)?|\bx (?:approaches|goes to|tends to|->|\u2192) ?)"
        rf"({NUMBER})(?!\w)",
        text,
        re.I,
    )
    return Taken({"AT": match[1]}, (match.span(),)) if match else NOTHING


def wave(text: str) -> Taken:
    """Take one of the functions that the film knows the series of."""
    match = re.search(
        r"\b(sin|cos|exp)(?:e|ine|onential(?: function)?)?\b(?:\s*\(\s*x\s*\)|\s+x\b)?|e\s*\^\s*x", text, re.I
    )
    return Taken({"NAME": repr((match[1] or "exp").lower())}, (match.span(),)) if match else NOTHING


def terms(text: str) -> Taken:
    """Take numbers of terms: "with 1, 3 and 5 terms", "up to 4 terms"."""
    match = re.search(r"((?:\d+\s*(?:,\s*and|,|and)\s*)*)(\d+)\s+terms", text, re.I)
    if match is None:
        return NOTHING
    counts = [int(count) for count in re.findall(r"\d+", match[0])]
    counts = list(range(1, counts[0] + 1)) if len(counts) == 1 else counts
    return (
        Taken({"TERMS": repr(counts)}, (match.span(),)) if 1 <= max(counts) <= 6 and min(counts) else NOTHING
    )


def growths(text: str) -> Taken:
    """Take the kinds of growth that are compared."""
    found = [(match[0].lower(), match.span()) for match in re.finditer("|".join(_GROWTHS), text, re.I)]
    names = list(dict.fromkeys(name for name, _ in found))
    functions = ", ".join(f"lambda x: {_GROWTHS[name][0]}" for name in names)
    labels = ", ".join(f'r"{_GROWTHS[name][1]}"' for name in names)
    constants = {"FUNCTIONS": f"[{functions}]", "LABELS": f"[{labels}]", "NAMES": repr(names)}
    return Taken(constants, tuple(span for _, span in found))


def vectors(text: str) -> Taken:
    """Take two vectors of the plane."""
    found = list(islice(_POINT.finditer(text), 3))
    if len(found) != 2:
        return NOTHING
    points = [[plain(match[1]), plain(match[2])] for match in found]
    return (
        Taken({"VECTORS": repr(points)}, tuple(match.span() for match in found))
        if all(map(any, points))
        else NOTHING
    )


def matrices(text: str) -> Taken:
    """Take two matrices that can be multiplied; the second may be a vector, which is a column."""
    found = [(value, (start, end)) for start, end, value in _rows(text)]
    vector = _VECTOR.search(text)
    if len(found) == 1 and vector and vector.start() > found[0][1][1]:
        column = [[plain(number)] for number in re.findall(NUMBER, vector["entries"])]
        found.append((column, vector.span()))
    if len(found) == 2 and len(found[0][0][0]) == len(found[1][0]):
        constants = {"A": repr(found[0][0]), "B": repr(found[1][0])}
        return Taken(constants, tuple(span for _, span in found))
    return NOTHING


def matrix(text: str) -> Taken:
    """Take a matrix of two rows and columns."""
    for start, end, value in _rows(text):
        if len(value) == len(value[0]) == 2:
            return Taken({"MATRIX": repr(value)}, ((start, end),))
    return NOTHING


def _rows(text: str) -> list[tuple[int, int, Any]]:
    return [
        (start, end, data)
        for start, end, kind, data in literals(text)
        if kind == "data"
        and isinstance(data[0], list)
        and len({len(row) for row in data}) == 1
        and len(data) * len(data[0]) <= MOST_ENTRIES
        and all(isinstance(cell, (int, float)) for row in data for cell in row)
    ]


def _value(text: str) -> float:
    top, _, divisor = re.sub(r"[\s*\\]", "", text.lower().replace("\u03c0", "pi")).partition("/")
    factor = top.removesuffix("pi")
    value = float(f"{factor}1" if factor in ("", "-") else factor)
    return (3.14159265 * value if factor != top else value) / float(divisor or 1)
