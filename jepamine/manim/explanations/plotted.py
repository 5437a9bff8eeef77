"""Read what is plotted: functions as people write them, with colours and crossings, and bare points."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.explanations.mathematical import COUNT, NOTHING, NUMBER, Taken, counted, plain
from jepamine.manim.text.literals import literals
from jepamine.manim.text.typed_formulas import function_of, latex_of

#: The most functions and the most points of a plot.
MOST, MOST_POINTS = 5, 20
_COLOURS = {name.lower().replace("_", " "): value for name, (value, _) in PALETTE.items()}
_COLOUR = "|".join(sorted(_COLOURS, key=len, reverse=True))
#: Manim's colours of plots without any, in order.
_RING = ("BLUE", "YELLOW", "GREEN", "RED", "PURPLE")
_CALL = r"sin|cos|tan|exp|ln|log|sqrt"
#: "sin x", "2 cos 3x", "sine wave", "sin and cos"; "e^x", "2^x"; "x squared".
_LOOSE = re.compile(
    rf"(?<![\w(^*/])(?:(?P<factor>\d+(?:\.\d+)?)\s*)?(?P<call>{_CALL})(?P<long>e|ine)?\b"
    r"(?:\s*(?P<inner>\d*x)\b|\s*(?P<group>\([^()]*\)))?(?:\s+(?:wave|curve|function|graph))?(?!\s*[-+*/^(=])"
    r"|(?<![\w(^*/])(?P<power>(?:e|\d+(?:\.\d+)?)\s*\^\s*(?:-?\d*x\b|\(-?[\dx/*^ ]+\)))(?!\s*[-+*/^(=])"
    r"|(?<![\w(^*/])x (?P<word>squared|cubed)(?!\s*[-+*/^(=])",
    re.I,
)
#: A point without a name: not A(1, 2), not A = (1, 2).
_POINT = re.compile(rf"(?<![A-Za-z])(?<![A-Z]\s)(?<!=)(?<!=\s)\(\s*({NUMBER})\s*,\s*({NUMBER})\s*\)")
_LABELS = re.compile(
    r"\b(?:and )?(?:label(?:l?ed|ling)?|with labels?|with a legend|name)\b"
    r"(?: (?:both|each|them|all|it|everything|curves?|graphs?|functions?|the|of|one))*"
    r"(?! *(?:axes|axis|x\b|y\b))",
    re.I,
)
_AXES = re.compile(
    r"\b(?:with )?label(?:l?ed)? (?:the )?(?:x and y |both )?ax[ei]s(?! \w+ and)\b|\bwith axis labels\b|"
    r"\baxes (?:with labels|(?:are )?label(?:l?ed))(?!\s+['\"A-Z])",
    re.I,
)
_CROSSINGS = re.compile(
    r"(?:\b(?:and |then |also )*(?:mark|show|find|highlight|label)\w* )?"
    r"(?:with )?(?:the |their |all )*(?:points?|dots?)?"
    r"(?: of )?\s*(?:where (?:they|the (?:lines|curves|graphs|two)) (?:cross|intersect|meet)\w*"
    r"|\b(?:intersections?|crossings?)(?: points?)?\b)(?: each other)?(?: with (?:a )?(?:red )?dots?)?",
    re.I,
)
_TAYLOR = re.compile(
    rf"(?:together with |and |with )?(?:its |the )?(?:first {COUNT} taylor polynomials"
    r"|taylor polynomials? of degrees? (?P<degrees>\d(?:\s*(?:,|and|,\s*and)\s*\d)*))",
    re.I,
)


#: Constant -> what is said of lines through points; "" for none.
_LINES = {
    "FIT": r"\b(?:(?:with|and|a|the|its) )*(?:line of best fit|(?:best[- ]fit|regression) line)\b",
    "": r"\b(?:no|without)(?: a| any)? (?:connecting )?lines?\b",
    "CONNECTED": r"\b(?:draw |with )?a line through (?:them|(?:the|all) points)\b|\bconnect\w*(?: them)?\b",
}


def plotted(text: str) -> Taken:
    """Take the functions that are plotted, each with its colour, and what is marked of them."""
    found: dict[str, tuple[str, str | None]] = {}
    spans: list[tuple[int, int]] = []
    for start, end, code, body in _functions(text):
        colour, span = _colour_at(text, start, end)
        label, before = found.get(code, (latex_of(body), None))
        found[code] = (label, colour or before)
        spans.append(span)
    if not 1 <= len(found) <= MOST:
        return NOTHING
    constants: dict[str, str] = {}
    if taylor := _TAYLOR.search(text):
        if len(found) > 1 or not (terms := _polynomials(next(iter(found)), taylor)):
            return NOTHING
        found |= {code: (label, None) for code, label in terms}
        spans.append(taylor.span())
        constants["NAMED"] = "True"
    free = [name for name in _RING if PALETTE[name][0] not in [colour for _, colour in found.values()]]
    colours = [colour or PALETTE[free.pop(0)][0] for _, colour in found.values()]
    labels = ", ".join(f"r{label!r}".replace("\\\\", "\\") for label, _ in found.values())
    constants |= {
        "FUNCTIONS": f"[{', '.join(f'lambda x: {code}' for code in found)}]",
        "LABELS": f"[{labels}]",
        "COLORS": repr(colours),
    }
    for name, pattern in (("AXIS_NAMES", _AXES), ("CROSSINGS", _CROSSINGS), ("NAMED", _LABELS)):
        rest = "".join(" " if any(a <= n < b for a, b in spans) else part for n, part in enumerate(text))
        if (match := pattern.search(rest)) and (name != "CROSSINGS" or len(found) > 1):
            constants[name] = "True"
            spans.append(match.span())
    return Taken(constants, tuple(spans))


def _functions(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield (start, end, code, as written) of each function, in order."""
    rounded = text.replace("{", "(").replace("}", ")")
    found = [
        (start, end, str(code), re.sub(r"^[^=]*=\s*", "", rounded[start:end]))
        for start, end, kind, code in literals(rounded)
        if kind == "function" and not re.match(r" (?:squared|cubed)\b", text[end:], re.I)
    ]
    for match in _LOOSE.finditer(rounded):
        if match["call"]:
            inner = match["group"] or f"({match['inner'] or 'x'})"
            body = f"{match['factor'] or ''}{match['call'].lower()}{inner}"
        else:
            body = match["power"] or {"squared": "x^2", "cubed": "x^3"}[match["word"].lower()]
        code = function_of(body)
        if code is not None and all(match.end() <= start or match.start() >= end for start, end, *_ in found):
            found.append((*match.span(), code, body))
    yield from sorted(found)


def _colour_at(text: str, start: int, end: int) -> tuple[str | None, tuple[int, int]]:
    """Return the colour of what is at a place, and the place with the words for it."""
    words = rf"(?:in|is|is drawn in|drawn in|colou?red|as|should be|=|:|\()\s*(?:a )?({_COLOUR})\b\)?"
    after = re.compile(rf"\s*,?\s*{words}", re.I).match(text, end)
    before = re.search(
        rf"\b({_COLOUR})(?: (?:curve|graph|line|wave))?\s*(?:for|of|:|is)?\s*(?:the )?$", text[:start], re.I
    )
    if after:
        return _COLOURS[after[1].lower()], (start, after.end())
    return (_COLOURS[before[1].lower()], (before.start(), end)) if before else (None, (start, end))


def _polynomials(code: str, match: re.Match[str]) -> list[tuple[str, str]]:
    """Return (code, LaTeX) of Taylor polynomials about 0: of given degrees, or the first different ones."""
    import sympy

    from jepamine.manim.explanations.algebra import expression_of

    x, function = sympy.Symbol("x"), expression_of(code)
    if match["degrees"]:
        degrees = [int(degree) for degree in re.findall(r"\d", match["degrees"])]
        most = len(degrees)
    else:
        degrees, most = list(range(1, 10)), counted(match[1])
    found: list[tuple[str, str]] = []
    for degree in degrees:
        polynomial = sympy.series(function, x, 0, degree + 1).removeO()
        if polynomial.is_polynomial(x) and polynomial.has(x) and len(found) < most:
            pair = (sympy.pycode(polynomial), sympy.latex(polynomial))
            found += [] if pair in found else [pair]
    return found if len(found) == most < MOST else []


def scattered(text: str) -> Taken:
    """Take the points of a scatter plot without names, their colour, and a line of best fit through them."""
    found = list(_POINT.finditer(text))
    if not 3 <= len(found) <= MOST_POINTS:
        return NOTHING
    constants = {"POINTS": repr([[plain(match[1]), plain(match[2])] for match in found])}
    spans = [match.span() for match in found]
    colour = re.search(rf"\b({_COLOUR})(?: (?:points|dots))\b|\b(?:points|dots) in ({_COLOUR})\b", text, re.I)
    if colour:
        constants["COLOR"] = json.dumps(_COLOURS[(colour[1] or colour[2]).lower()])
        spans.append(colour.span())
    for name, pattern in _LINES.items():
        if match := re.search(pattern, text, re.I):
            spans.append(match.span())
            constants |= {name: "True"} if name else {}
    return Taken(constants, tuple(spans))
