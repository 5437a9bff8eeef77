"""Read a few numbers or names that a film is about: two numbers, two points, two functions, a depth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from jepamine.manim.explanations.mathematical import COUNT, NOTHING, NUMBER, Taken, counted, plain
from jepamine.manim.text.literals import literals
from jepamine.manim.text.typed_formulas import latex_of

_POINT = re.compile(rf"\(\s*({NUMBER})\s*,\s*({NUMBER})\s*\)")


def divisor(text: str) -> Taken:
    """Take two whole numbers: "gcd(48, 18)", "of 48 and 18"."""
    match = re.search(r"(?<![\w.])(\d{1,5})\s*(?:,|and)\s*(\d{1,5})(?![\w.]*\d)", text)
    if match is None or int(match[2]) == 0:
        return NOTHING
    low, high = sorted((int(match[1]), int(match[2])))
    return Taken({"A": str(high), "B": str(low)}, (match.span(),)) if low else NOTHING


def points(text: str) -> Taken:
    """Take two points: "(1, 2) and (4, 8)"."""
    found = list(_POINT.finditer(text))
    if len(found) != 2:
        return NOTHING
    pairs = [[plain(match[1]), plain(match[2])] for match in found]
    return (
        Taken({"POINTS": repr(pairs)}, tuple(match.span() for match in found))
        if pairs[0] != pairs[1]
        else NOTHING
    )


def corners(text: str) -> Taken:
    """Take the corners of a triangle."""
    found = list(_POINT.finditer(text))
    pairs = [[plain(match[1]), plain(match[2])] for match in found]
    fits = len(found) == 3 and all(abs(x) <= 7 and abs(y) <= 4 for x, y in pairs)
    return Taken({"POINTS": repr(pairs)}, tuple(match.span() for match in found)) if fits else NOTHING


def mirror(text: str) -> Taken:
    """Take the line or point of a reflection, or the vector of a translation."""
    if match := re.search(r"\by\s*=\s*x\b", text, re.I):
        return Taken({"KIND": '"y = x"'}, (match.span(),))
    if match := re.search(r"\b([xy])[- ]axis\b", text, re.I):
        return Taken({"KIND": json.dumps(f"{match[1].lower()}-axis")}, (match.span(),))
    if match := re.search(r"\b(?:about|through|in|around) the origin\b", text, re.I):
        return Taken({"KIND": '"origin"'}, (match.span(),))
    return NOTHING


def two_functions(text: str) -> Taken:
    """Take two functions of x."""
    found = [(start, end, code) for start, end, kind, code in literals(text) if kind == "function"]
    if len(found) != 2:
        return NOTHING
    bodies = [re.sub(r"^[^=]*=\s*", "", text[start:end]) for start, end, _ in found]
    labels = ", ".join(f'r"{latex_of(body)}"' for body in bodies)
    constants = {
        "FIRST": f"lambda x: {found[0][2]}",
        "SECOND": f"lambda x: {found[1][2]}",
        "LABELS": f"[{labels}]",
    }
    return Taken(constants, tuple((start, end) for start, end, _ in found))


def addends(text: str) -> Taken:
    """Take two small numbers: "3 red balls and 2 blue balls", "3 + 2"."""
    match = re.search(
        rf"\b{COUNT}\b\s*(?:\+|plus|and|(?:[a-z]+\s+){{1,2}}(?:and|plus))\s*\b{COUNT}\b", text, re.I
    )
    if match is None or not all(1 <= counted(one) <= 9 for one in match.groups()):
        return NOTHING
    return Taken({"A": str(counted(match[1])), "B": str(counted(match[2]))}, (match.span(),))


def gates(text: str) -> Taken:
    """Take the names of logic gates."""
    found = list(re.finditer(r"\b(AND|OR|XOR|NAND|NOR)\b", text))
    found = found or list(re.finditer(r"\b(and|or|xor|nand|nor)(?=[ -]gate)", text, re.I))
    names = list(dict.fromkeys(match[1].upper() for match in found))
    return Taken({"GATES": json.dumps(names)}, tuple(match.span() for match in found)) if names else NOTHING


def interest(text: str) -> Taken:
    """Take an amount, a rate and a number of years."""
    patterns = {
        "START": rf"(?:[$\u20ac\u00a3]\s?({NUMBER})|({NUMBER}) (?:dollars|euros|pounds))",
        "RATE": rf"({NUMBER})\s?(?:%|percent)",
        "YEARS": r"(\d{1,2}) years",
    }
    found = {name: re.search(pattern, text.replace(",", ""), re.I) for name, pattern in patterns.items()}
    constants = {
        name: next(part for part in match.groups() if part)
        for name, match in found.items()
        if match is not None
    }
    if not 1 <= int(constants.get("YEARS", 10)) <= 30:
        return NOTHING
    spans = [match.span() for pattern in patterns.values() if (match := re.search(pattern, text, re.I))]
    return Taken(constants, tuple(spans)) if constants else NOTHING


def whole_range(text: str) -> Taken:
    """Take a range of whole numbers: "x from 1 to 4"."""
    return _ends(r"\b(?:with |for )?(?:x )?(?:from|between|=) ?(-?\d+) (?:to|and) (-?\d+)\b", text, 8)


def _ends(pattern: str, text: str, most: int) -> Taken:
    """Take the ends of a rising range of at most `most` steps, the groups of `pattern`."""
    match = re.search(pattern, text, re.I)
    if match is None or not 1 <= int(match[2]) - int(match[1]) <= most:
        return NOTHING
    return Taken({"START": match[1], "END": match[2]}, (match.span(),))


def turned_vector(text: str) -> Taken:
    """Take a vector and the angle that it is turned by."""
    point, angle = _POINT.search(text), re.search(r"\b(\d{1,3})\s?(?:\u00b0|degrees?)", text)
    if point is None or (not float(point[1]) and not float(point[2])):
        return NOTHING
    clockwise = re.search(r"(?<!counter)(?<!counter-)(?<!anti)(?<!anti-)\bclockwise", text, re.I)
    turn = int(angle[1]) if angle else 90
    spans = [point.span(), *([angle.span()] if angle else [])]
    constants = {"X": point[1], "Y": point[2], "ANGLE": str(-turn if clockwise else turn)}
    return Taken(constants, tuple(spans))


def variable(text: str) -> Taken:
    """Take a variable's name and the values that it has one after another."""
    name = re.search(r"\b(?:named|called|variable) ['\"]?([a-z])\b", text, re.I)
    values = list(re.finditer(r"(?<![\w.])(\d+)(?![\w.]*\d)", text))
    numbers = list(dict.fromkeys(match[1] for match in values))
    if not 2 <= len(numbers) <= 5:
        return NOTHING
    constants = {"VALUES": f"[{', '.join(numbers)}]"} | ({"NAME": json.dumps(name[1])} if name else {})
    return Taken(constants, tuple(match.span() for match in (*values, *([name] if name else []))))


def loop(text: str) -> Taken:
    """Take where a loop's counter begins and ends."""
    return _ends(r"\bfrom (\d+) to (\d+)\b", text, 6)


def fraction(text: str) -> Taken:
    """Take a fraction below 1."""
    match = re.search(r"(?<![\w/])(\d)\s?/\s?(\d{1,2})(?![\w/])", text)
    if match is None or not 0 < int(match[1]) <= int(match[2]) <= 12:
        return NOTHING
    return Taken({"TOP": match[1], "BOTTOM": match[2]}, (match.span(),))


def _one(name: str, constant: str, pattern: str, low: int, high: int) -> Callable[[str], Taken]:
    """Return what takes one whole number between two bounds."""

    def take(text: str) -> Taken:
        match = re.search(pattern, text, re.I)
        if match is None:
            return NOTHING
        value = counted(next(part for part in match.groups() if part))
        return Taken({constant: str(value)}, (match.span(),)) if low <= value <= high else NOTHING

    take.__name__ = name
    return take


def features(text: str) -> Taken:
    """Take which points of a graph are marked: its roots, its maximum, its minimum, its vertex."""
    found = [
        (name, match.span())
        for name, pattern in _FEATURES.items()
        for match in re.finditer(pattern, text, re.I)
    ]
    names = list(dict.fromkeys(name for name, _ in found))
    equations = [
        match.span() for match in re.finditer(rf"\bx\s?=\s?{NUMBER}(?:\s+and\s+x\s?=\s?{NUMBER})*", text)
    ]
    if not names:
        return NOTHING
    labelled = bool(equations) or re.search(r"\b(?:label|name|coordinates?|values?)", text, re.I) is not None
    constants = {"MARKS": json.dumps(names), "LABELLED": repr(labelled)}
    return Taken(constants, tuple(span for _, span in found) + tuple(equations))


_FEATURES = {
    "roots": r"\b(?:roots?|zeros?|zeroes|x[- ]intercepts?|"
    r"(?:where )?(?:it|the \w+) (?:hits?|cross(?:es)?|meets?|cuts?|intersects?) the x[- ]axis)\b",
    "maximum": r"\b(?:local |absolute )?(?:maximum|maxima|max|extrem(?:a|um)|turning points?)\b",
    "minimum": r"\b(?:local |absolute )?(?:minimum|minima|min|extrem(?:a|um)|turning points?)\b",
    "vertex": r"\bvertex\b",
    "y-intercept": r"\by[- ]intercepts?\b",
}
NUMBERS = (
    *(
        whole_range,
        turned_vector,
        variable,
        loop,
        features,
        divisor,
        points,
        corners,
        mirror,
        two_functions,
        addends,
        gates,
        interest,
        fraction,
    ),
    _one("disks", "DISKS", rf"\b{COUNT} (?:disks?|discs?|rings|plates)\b", 1, 5),
    _one("last", "LAST", r"\b(?:up to|to|below|until|less than) (\d{2,3})\b", 10, 60),
    _one("rows", "ROWS", rf"\b{COUNT} rows\b", 2, 9),
    _one("depth", "DEPTH", rf"\b{COUNT} (?:iterations|levels|steps|times)\b", 1, 4),
    _one("factorial", "N", rf"\b(?:factorial(?: of)?|n ?=) ?\(?{COUNT}|\b(\d)!", 2, 7),
    _one("incline", "ANGLE", r"\b(\d{2})\s?(?:\u00b0|degrees?)", 10, 60),
    _one("ray", "ANGLE", r"\b(\d{2})\s?(?:\u00b0|degrees?)", 5, 80),
    _one("tosses", "TOSSES", r"\b(\d{2,4}) (?:coin )?(?:tosses|flips|times|throws)", 20, 2000),
    _one("first_numbers", "COUNT", rf"\bfirst {COUNT}\b|\b{COUNT} rows\b", 2, 8),
    _one("slots", "SLOTS", rf"\b{COUNT} (?:slots|buckets)\b", 2, 6),
)
