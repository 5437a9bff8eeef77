"""Read numbers to count, to add, to average, and names in sequence from a description."""

from __future__ import annotations

import json
import re

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.explanations.mathematical import COUNT, NOTHING, Taken, counted, function
from jepamine.manim.text.typed_formulas import latex_of

#: The most numbers that are shown one after another.
MOST_COUNTED = 12
_FROM_TO = re.compile(r"\b(?:from\s+)?(-?\d+)\s*(?:to|down to|up to|-|\u2013|until|till)\s*(-?\d+)\b", re.I)
_FRACTIONS = re.compile(
    r"(\d+)\s*/\s*(\d+)\s*([+\-\u2212]|plus|minus|and)\s*(\d+)\s*/\s*(\d+)(?:\s*=\s*\d+\s*/\s*\d+)?"
)
_SEQUENCE = re.compile(r"[\w'\" ]+(?:\s*(?:-+>|=+>|\u2192)\s*[\w'\" ]+)+")
_PAST = {"half past": 30, "quarter past": 15, "quarter to": -15}


def counting(text: str) -> Taken:
    """Take the numbers of a countdown, and the word that ends it: "from 5 to 1, then the word GO"."""
    match = _FROM_TO.search(text) or re.search(rf"\bfrom\s+{COUNT}()\b", text, re.I)
    if match is None:
        return NOTHING
    first, last = counted(match[1]) if match[1].isalpha() else int(match[1]), int(match[2] or 1)
    if not 2 <= abs(first - last) + 1 <= MOST_COUNTED:
        return NOTHING
    step = 1 if last > first else -1
    taken = {"VALUES": repr(list(range(first, last + step, step)))}
    spans = [match.span()]
    if word := re.search(
        r"\b(?:then|finally|ending with)\b[\w\s]*?(?:['\"]([^'\"]+)['\"]|\b([A-Z]{2,}\b!*))", text
    ):
        taken["LAST"] = json.dumps(word[1] or word[2], ensure_ascii=False)
        spans.append(word.span())
    return Taken(taken, tuple(spans))


def counter(text: str) -> Taken:
    """Take where a counter begins and ends."""
    match = _FROM_TO.search(text)
    return Taken({"START": match[1], "END": match[2]}, (match.span(),)) if match else NOTHING


def averages(text: str) -> Taken:
    """Take which of mean, median, mode and range are asked for, in that order."""
    names = {"mean": "mean", "average": "mean", "median": "median", "mode": "mode", "range": "range"}
    found = [
        (names[match[0].lower()], match.span())
        for match in re.finditer(rf"\b(?:{'|'.join(names)})\b", text, re.I)
    ]
    kinds = list(dict.fromkeys(name for name, _ in found))
    return Taken({"KINDS": repr(kinds)}, tuple(span for _, span in found)) if kinds else NOTHING


def fractions(text: str) -> Taken:
    """Take two fractions that are added or subtracted: "1/2 + 1/3"."""
    match = _FRACTIONS.search(text)
    if match is None:
        return NOTHING
    a, b, c, d = (int(match[group]) for group in (1, 2, 4, 5))
    sign = -1 if match[3] in ("-", "\u2212", "minus") else 1
    if not (min(b, d) >= 1 and max(b, d) <= 12 and a <= b and c <= d and a * d + sign * c * b >= 0):
        return NOTHING
    return Taken({"A": repr([a, b]), "B": repr([c, d]), "SIGN": str(sign)}, (match.span(),))


def sequence(text: str) -> Taken:
    """Take names with arrows between them: "Input -> Process -> Output"; a cycle ends as it begins."""
    match = _SEQUENCE.search(text)
    if match is None:
        return NOTHING
    names = [name.strip(" '\"") for name in re.split(r"-+>|=+>|\u2192", match[0])]
    if ":" not in text[: match.start()] and len(names[0].split()) > 3:
        names[0] = names[0].split()[-1]
    closed = len(names) > 2 and names[0].lower() == names[-1].lower()
    names = names[:-1] if closed else names
    if not (2 <= len(names) <= 8 and all(names) and max(map(len, names)) <= 30):
        return NOTHING
    downwards = re.search(r"\b(vertical|downwards?|top to bottom|stacked|column)", text, re.I)
    constants = {"NAMES": json.dumps(names, ensure_ascii=False), "CLOSED": str(closed)}
    span = (text.index(names[0], match.start()), match.end())
    return Taken(constants | {"DOWNWARDS": str(downwards is not None)}, (span,))


def word(text: str) -> Taken:
    """Take a word whose letters are shown."""
    match = re.search(r"\bletters of (?:the )?(?:word |name )?['\"]?(\w{2,12})['\"]?", text, re.I)
    return Taken({"WORD": json.dumps(match[1], ensure_ascii=False)}, (match.span(1),)) if match else NOTHING


def time_of_day(text: str) -> Taken:
    """Take a time: "3 o'clock", "10:15", "half past four"."""
    if match := re.search(r"\b(\d{1,2}):(\d{2})\b", text):
        hour, minute = int(match[1]), int(match[2])
    elif match := re.search(rf"\b{COUNT}\s*o['\u2019]?\s?clock", text, re.I):
        hour, minute = counted(match[1]), 0
    elif match := re.search(rf"\b({'|'.join(_PAST)})\s+{COUNT}\b", text, re.I):
        minute = _PAST[match[1].lower()]
        hour = counted(match[2]) - (minute < 0)
    else:
        return NOTHING
    if hour > 24 or minute > 59:
        return NOTHING
    return Taken({"HOUR": str(hour), "MINUTE": str(minute % 60)}, (match.span(),))


def digits(text: str) -> Taken:
    """Take a binary number; of a decimal one its binary digits."""
    if match := re.search(r"\b[01]{3,10}\b", text):
        return Taken({"DIGITS": repr(match[0])}, (match.span(),))
    match = re.search(r"\b([1-9]\d{0,2})\b", text)
    return Taken({"DIGITS": repr(f"{int(match[1]):b}")}, (match.span(),)) if match else NOTHING


def total(text: str) -> Taken:
    """Take two whole numbers that are added or subtracted: "3 + 4", "5 minus 2"."""
    match = re.search(
        r"(?<![\w.])(-?\d{1,3})\s*(\+|-|\u2212|plus|minus|and)\s*(\d{1,3})(?:\s*=\s*-?\d+)?\b", text
    )
    if match is None:
        return NOTHING
    sign = "-" if match[2] in ("-", "\u2212", "minus") else ""
    return Taken({"A": match[1], "B": f"{sign}{match[3]}"}, (match.span(),))


def product(text: str) -> Taken:
    """Take two whole numbers that are multiplied: "3 x 4", "3 times 4"; of a square root both are it."""
    if root := re.search(r"\b(?:square root of|sqrt\s*\(?)\s*(\d{1,3})\)?", text, re.I):
        side = round(int(root[1]) ** 0.5)
        square = {"A": str(side), "B": str(side)}
        return Taken(square, (root.span(1),)) if side**2 == int(root[1]) and 1 <= side <= 10 else NOTHING
    match = re.search(
        r"\b(\d{1,2})\s*(?:x|\u00d7|\*|times|by|multiplied by)\s*(\d{1,2})(?:\s*=\s*\d+)?\b", text, re.I
    )
    if match is None or not all(1 <= int(factor) <= 10 for factor in match.groups()):
        return NOTHING
    return Taken({"A": match[1], "B": match[2]}, (match.span(),))


def derivative(text: str) -> Taken:
    """Take a function and its derivative; `sin x` may have no parentheses."""
    import sympy

    spelled = re.sub(
        r"\b(sin|cos|exp)(?:e|ine)?\s+(?:of\s+)?x\b", lambda match: f"{match[1]}(x)", text, flags=re.I
    )
    taken = function(spelled)
    if "FUNCTION" not in taken.constants:
        return NOTHING
    code = taken.constants["FUNCTION"].removeprefix("lambda x: ")
    x = sympy.Symbol("x")
    slope = sympy.diff(
        sympy.sympify(code.replace("np.", ""), locals={"x": x, "abs": sympy.Abs, "e": sympy.E}), x
    )
    if slope.has(sympy.sign, sympy.Derivative):
        return NOTHING
    of_x = re.sub(r"\b(sin|cos|tan|exp|log|sqrt|pi|sinh|cosh|tanh)\b", r"np.\1", str(slope))
    constants = {"DERIVATIVE": f"lambda x: {of_x}", "DERIVATIVE_LABEL": f'r"{latex_of(sympy.latex(slope))}"'}
    spans = taken.spans if spelled == text else tuple(
        match.span() for match in re.finditer(r"\b(?:sine?|cos(?:ine)?|exp)\s+(?:of\s+)?x\b", text, re.I)
    )  # fmt: skip
    return Taken(taken.constants | constants, spans)


def launch(text: str) -> Taken:
    """Take the angle at which something is thrown."""
    match = re.search(r"\b(\d{1,2})\s*(?:degrees?|deg|\u00b0)", text, re.I)
    return Taken({"ANGLE": match[1]}, (match.span(),)) if match and 5 <= int(match[1]) <= 85 else NOTHING


def ring(text: str) -> Taken:
    """Take how many circles stand around, whether one is in the middle, and their colour."""
    match = re.search(rf"\b{COUNT}\s+(?:\w+\s+)?(?:circles|dots|balls|points)\b", text, re.I)
    if match is None or not 3 <= counted(match[1]) <= 16:
        return NOTHING
    middle = re.search(r"\baround (?:a|an|one|another)\b", text, re.I) is not None
    constants = {"COUNT": str(counted(match[1])), "MIDDLE": str(middle)}
    for name, (value, _) in PALETTE.items():
        if re.search(rf"\b{name.lower()}\b", match[0].lower()):
            constants["COLOR"] = repr(value)
    return Taken(constants, (match.span(),))
