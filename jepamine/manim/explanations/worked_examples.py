"""Work out what a description gives, line by line: first principles, completed squares, products, systems."""

from __future__ import annotations

import re
from typing import Any

from jepamine.manim.explanations.algebra import Steps, expression_of
from jepamine.manim.text.literals import literals
from jepamine.manim.text.typed_formulas import function_of

#: (title, lines, the part of the description that they come from).
Worked = tuple[str, Steps, tuple[int, int]]
_PRINCIPLES = re.compile(r"\bfirst principles?\b|\b(?:by|from|using) (?:the )?(?:limit )?definition\b", re.I)
_SQUARE = re.compile(r"\bcomplet\w+ (?:of )?the square\b", re.I)
_PAIR = re.compile(
    r"(?<![\w.])(?P<a>[-\d]*\s?x\s*[-+]\s*\d*\s?y)\s*=\s*(?P<b>-?\d+)\W+(?:and\s+)?"
    r"(?P<c>[-\d]*\s?x\s*[-+]\s*\d*\s?y)\s*=\s*(?P<d>-?\d+)(?![\w.]*\w)",
    re.I,
)
_UNEQUAL = re.compile(
    r"\bsolv\w*\b[a-z\s]*?(?<![\w.])(?P<left>-?\d*\.?\d*\s?x(?:\s*[-+]\s*\d+)?)\s*(?P<sign><=|>=|<|>|\u2264|\u2265)"
    r"\s*(?P<right>-?\d+)(?![\w.]*\w)",
    re.I,
)
_PRODUCT = re.compile(
    r"\b(?:expand|multiply out)\s+(?:the (?:product|expression|brackets) )?(?:of )?"
    r"(?P<body>\((?P<one>[-+\da-z\s^*]+)\)\s*(?:\^\s*(?P<power>[23])|\((?P<two>[-+\da-z\s^*]+)\)))",
    re.I,
)
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SIGNS = {"<": "<", ">": ">", "<=": r"\leq", ">=": r"\geq"}


def worked_example(text: str) -> Worked | None:
    """Return (title, lines, span) of what a description asks to be worked out, None without such a thing."""
    for work in (_first_principles, _completed_square, _system, _inequality, _product):
        if (found := work(text)) is not None:
            return found
    return None


def _polynomial(text: str) -> tuple[Any, tuple[int, int]] | None:
    """Return the first polynomial of x, and where it is."""
    import sympy

    # "x^2 - 4x - 5 = 0" is an equation otherwise.
    bare = re.sub(r"=\s*0(?![\w.])", lambda match: " " * len(match[0]), text)
    for start, end, kind, code in literals(bare):
        if kind == "function":
            expression = expression_of(str(code))
            if expression.is_polynomial(sympy.Symbol("x")):
                return expression, (start, end)
    return None


def _first_principles(text: str) -> Worked | None:
    if (named := _PRINCIPLES.search(text)) is None:
        return None
    if "deriv" not in text.lower() and "differentiat" not in text.lower():
        return None
    if (found := _polynomial(text)) is None:
        return None
    import sympy

    body, span = found
    x, h = sympy.symbols("x h")
    shifted, start = body.subs(x, x + h), r"\lim_{h \to 0} "
    change = sympy.expand(shifted - body)
    if not 1 <= sympy.degree(body, x) <= 4:
        return None
    lines = [
        (f"f(x) = {sympy.latex(body)}", ""),
        (rf"f'(x) = {start}\frac{{f(x+h) - f(x)}}{{h}}", "the definition"),
        (rf"= {start}\frac{{{sympy.latex(shifted)} - \left({sympy.latex(body)}\right)}}{{h}}", "put f in"),
        (rf"= {start}\frac{{{sympy.latex(change)}}}{{h}}", "expand"),
        (rf"= {start}\left({sympy.latex(sympy.expand(change / h))}\right)", "divide by h"),
        (f"f'(x) = {sympy.latex(sympy.diff(body, x))}", "h goes to 0"),
    ]
    return (
        "The derivative from first principles",
        lines,
        (min(span[0], named.start()), max(span[1], named.end())),
    )


def _completed_square(text: str) -> Worked | None:
    if _SQUARE.search(text) is None or (found := _polynomial(text)) is None:
        return None
    import sympy

    body, (start, end) = found
    x = sympy.Symbol("x")
    if sympy.degree(body, x) != 2:
        return None
    a, b, c = sympy.Poly(body, x).all_coeffs()
    if b == 0:  # it is one
        return None
    half = b / (2 * a)
    lead, square = "" if a == 1 else sympy.latex(a), sympy.latex(half**2)
    inner = sympy.latex(x**2 + b / a * x)
    whole = rf"{lead}\left({sympy.latex(x + half)}\right)^2"
    rest = c - a * half**2
    lines = [(sympy.latex(body), "")]
    if a != 1:
        lines.append((rf"= {lead}\left({inner}\right) {_signed(c)}", f"take out {a}"))
    lines += [
        (rf"= {lead}\left({inner} + {square} - {square}\right) {_signed(c)}", "half of the middle, squared"),
        (f"= {whole} {_signed(rest)}", "the square"),
    ]
    if equals := re.match(r"\s*=\s*0(?![\w.]*\w)", text[end:]):
        end += equals.end()
        lines = [(f"{line.removeprefix('= ')} = 0", note) for line, note in lines]
        right = -rest / a
        plain = rf"\left({sympy.latex(x + half)}\right)^2"
        lines.append((f"{plain} = {sympy.latex(right)}", "bring the number over"))
        roots = sorted(sympy.roots(sympy.Poly(body, x)), key=str)
        if right >= 0:
            lines.append(
                (rf"{sympy.latex(x + half)} = \pm {sympy.latex(sympy.sqrt(right))}", "take the root")
            )
            named = [f"x_{place + 1} = {sympy.latex(root)}" for place, root in enumerate(roots)]
            lines.append((r" \quad ".join(named), ""))
    return "Completing the square", lines, (start, end)


def _signed(number: Any) -> str:
    import sympy

    return "" if number == 0 else sympy.latex(number) if number < 0 else f"+ {sympy.latex(number)}"


def _system(text: str) -> Worked | None:
    match = _PAIR.search(text)
    if match is None or not re.search(r"\bsol[vu]|\bsystem\b|\bsimultaneous\b", text, re.I):
        return None
    import sympy

    x, y = sympy.symbols("x y")
    sides = [_linear(match[name]) for name in ("a", "c")]
    if None in sides:
        return None
    right = [int(match["b"]), int(match["d"])]
    solved = sympy.solve([side - value for side, value in zip(sides, right, strict=True)], [x, y], dict=True)
    if not solved or len(solved[0]) != 2:
        return None
    alone = sympy.solve(sides[0] - right[0], x)[0]
    put = sides[1].subs(x, sympy.Symbol("X"))
    shown = sympy.latex(put).replace("X", rf"\left({sympy.latex(alone)}\right)")
    lines = [(f"{sympy.latex(side)} = {value}", "") for side, value in zip(sides, right, strict=True)]
    lines += [
        (f"x = {sympy.latex(alone)}", "from the first equation"),
        (f"{shown} = {right[1]}", "put into the second"),
        (f"y = {sympy.latex(solved[0][y])}", ""),
        (f"x = {sympy.latex(solved[0][x])}", "put back"),
    ]
    return "Solve the system", lines, match.span()


def _linear(text: str) -> Any:
    import sympy

    found = re.fullmatch(r"(-?\d*)\s?x\s*([-+])\s*(\d*)\s?y", text.strip(), re.I)
    if found is None:
        return None
    a = int(found[1] + "1") if found[1] in ("", "-") else int(found[1])
    b = int(found[2] + (found[3] or "1"))
    return a * sympy.Symbol("x") + b * sympy.Symbol("y")


def _inequality(text: str) -> Worked | None:
    if (match := _UNEQUAL.search(text)) is None or (code := function_of(match["left"])) is None:
        return None
    import sympy

    sign = match["sign"].replace("\u2264", "<=").replace("\u2265", ">=")
    side = sympy.Poly(expression_of(code), sympy.Symbol("x"))
    if side.degree() != 1:  # "0x + 3 < 5"
        return None
    a, b = side.all_coeffs()
    right = sympy.Integer(match["right"])
    lines = [(f"{sympy.latex(expression_of(code))} {_SIGNS[sign]} {right}", "")]
    if b:
        lines.append((f"{sympy.latex(a * sympy.Symbol('x'))} {_SIGNS[sign]} {right - b}", _taken(b)))
    if a != 1:
        sign = _TURNED[sign] if a < 0 else sign
        turn = ", the sign turns" if a < 0 else ""
        lines.append((f"x {_SIGNS[sign]} {sympy.latex((right - b) / a)}", f"divide by {a}{turn}"))
    return "Solve the inequality", lines, match.span()


def _taken(number: Any) -> str:
    return f"subtract {number}" if number > 0 else f"add {-number}"


def _product(text: str) -> Worked | None:
    """Expand a product of two sums: every term of the first times every one of the second."""
    if (match := _PRODUCT.search(text)) is None or match["power"] == "3":
        return None
    import sympy

    first, second = (_sum(match[name] or match["one"]) for name in ("one", "two"))
    if first is None or second is None:
        return None
    pairs = [(one, other) for one in first.as_ordered_terms() for other in second.as_ordered_terms()]
    shown = rf"\left({sympy.latex(first)}\right)"
    lines = [(f"{shown}^2" if match["power"] else rf"{shown}\left({sympy.latex(second)}\right)", "")]
    if match["power"]:
        lines.append((rf"= {shown}{shown}", "the square is a product"))
    terms = " + ".join(rf"{_wrapped(one)} \cdot {_wrapped(other)}" for one, other in pairs)
    lines.append((f"= {terms}", "each term times each"))
    lines.append((f"= {sympy.latex(sympy.expand(first * second))}", "add up"))
    return "Expand", lines, match.span("body")


def _wrapped(term: Any) -> str:
    import sympy

    code = sympy.latex(term)
    return rf"\left({code}\right)" if code.startswith("-") else code


def _sum(text: str) -> Any:
    """Return the sum of a few terms in single letters; None for another expression."""
    import sympy

    parts = re.findall(
        r"([-+]?)\s*(\d*)\s*\*?\s*([a-z]?)(?:\s*\^\s*(\d))?(?=\s*(?:[-+]|$))", text.strip(), re.I
    )
    terms = [part for part in parts if part[1] or part[2]]
    if not 2 <= len(terms) <= 3 or re.search(r"[a-z]{2}", text, re.I):
        return None
    return sum(
        int(f"{sign}{factor or 1}") * (sympy.Symbol(letter) ** int(power or 1) if letter else 1)
        for sign, factor, letter, power in terms
    )
