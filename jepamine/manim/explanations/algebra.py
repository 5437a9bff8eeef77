"""Solve, differentiate, expand and factor what a description gives, line by line, with sympy."""

from __future__ import annotations

import ast
import re
from typing import Any

from jepamine.manim.text.typed_formulas import function_of

#: (LaTeX, note) of each line.
Steps = list[tuple[str, str]]
_EXPRESSION = r"[0-9a-z+\-*/^().\s\u00b2\u00b3]+?"
_END = r"(?=\s+(?!x\b)[a-z]{2,}|[,.;](?!\w)|\s*$)"
_SOLVE = re.compile(
    r"\bsol(?:ve|ving|ution of)\b[a-z\s]*?"
    rf"(?<![\w(.])(?P<left>(?:[\d(+-]|\b[a-z]\b){_EXPRESSION})=(?P<right>{_EXPRESSION}){_END}",
    re.I,
)
#: "2x + 4 = 10, show solving it": the equation first.
_EQUATION = re.compile(
    rf"(?<![\w(.])(?P<left>(?:[\d(+-]|\b[a-z]\b){_EXPRESSION})=(?P<right>{_EXPRESSION}){_END}(?=.*\bsolv)",
    re.I | re.S,
)
_DERIVE = re.compile(
    r"\b(?:differentiat\w+|derivative of)\s+(?:the function\s+)?(?:(?:y|f\(x\))\s*=\s*)?"
    rf"(?P<body>{_EXPRESSION}){_END}",
    re.I,
)
_REWRITE = re.compile(
    rf"\b(?P<how>expand|factor(?:i[sz]e)?|simplify)\s+(?P<body>{_EXPRESSION}){_END}",
    re.I,
)


def solve(text: str) -> tuple[str, Steps, tuple[int, int]] | None:
    """Solve an equation of degree 1 or 2 in one unknown; return (title, steps, span), None without one."""
    match = _SOLVE.search(text) or _EQUATION.search(text)
    if match is None:
        return None
    letters = set(re.findall(r"(?<![a-z])[a-z](?![a-z])", f"{match['left']} {match['right']}".lower()))
    if len(letters) != 1:
        return None
    (letter,) = letters
    sides = [_expression(match[side], letter) for side in ("left", "right")]
    if None in sides:
        return None
    factored = re.search(r"\bfactor", text, re.I) is not None
    steps = (_by_factoring(*sides) if factored else []) or _solution(*sides)
    if not steps:
        return None
    steps = [(line.replace("x", letter) if letter != "x" else line, note) for line, note in steps]
    return "Solve the equation", steps, match.span()


def _solution(left: Any, right: Any) -> Steps:
    import sympy

    x = sympy.Symbol("x")
    poly = sympy.Poly(sympy.expand(left - right), x) if (left - right).is_polynomial(x) else None
    if poly is None or poly.degree() not in (1, 2):
        return []
    steps = [(f"{sympy.latex(left)} = {sympy.latex(right)}", "")]
    if poly.degree() == 1:
        a, b = poly.all_coeffs()
        one, other = sympy.expand(left), sympy.expand(right)
        moved = other.coeff(x, 1) * x
        if moved != 0:
            one, other = sympy.expand(one - moved), sympy.expand(other - moved)
            steps.append((f"{sympy.latex(one)} = {sympy.latex(other)}", _moved(moved)))
        constant = one.coeff(x, 0)
        if constant != 0:
            steps.append((f"{sympy.latex(a * x)} = {sympy.latex(-b)}", _moved(constant)))
        if a != 1:
            steps.append((f"x = {sympy.latex(-b / a)}", f"divide by {a}"))
        return steps
    a, b, c = poly.all_coeffs()
    if right != 0:
        steps.append((f"{sympy.latex(poly.as_expr())} = 0", "bring everything to one side"))
    discriminant = b**2 - 4 * a * c
    steps.append((rf"\Delta = {sympy.latex(discriminant)}", "discriminant: b squared minus 4ac"))
    if discriminant < 0:
        return [*steps, (r"\Delta < 0", "no real solution")]
    top = rf"{sympy.latex(-b)} \pm \sqrt{{{sympy.latex(discriminant)}}}"
    steps.append((rf"x = \frac{{{top}}}{{{sympy.latex(2 * a)}}}", "the quadratic formula"))
    roots = sorted(sympy.roots(poly), key=float)
    if len(roots) == 1:
        return [*steps, (f"x = {sympy.latex(roots[0])}", "")]
    solutions = [f"x_{place + 1} = {sympy.latex(root)}" for place, root in enumerate(roots)]
    return [*steps, (r" \quad ".join(solutions), "")]


def _by_factoring(left: Any, right: Any) -> Steps:
    """Return the steps of an equation of degree 2 whose roots are rational; none for another."""
    import sympy

    x = sympy.Symbol("x")
    poly = sympy.Poly(sympy.expand(left - right), x) if (left - right).is_polynomial(x) else None
    if poly is None or poly.degree() != 2 or not all(root.is_rational for root in sympy.roots(poly)):
        return []
    steps = [(f"{sympy.latex(left)} = {sympy.latex(right)}", "")]
    if right != 0:
        steps.append((f"{sympy.latex(poly.as_expr())} = 0", "bring everything to one side"))
    a, b, c = poly.all_coeffs()
    roots = sorted(sympy.roots(poly), key=float)
    note = ""
    if a == 1 and len(roots) == 2:
        note = f"{-roots[0]} and {-roots[1]}: product {c}, sum {b}"
    steps.append((f"{sympy.latex(sympy.factor(poly.as_expr()))} = 0", note))
    each = [f"{sympy.latex(one)} = 0" for one, _ in sympy.factor_list(poly.as_expr())[1]]
    steps.append((r" \quad \text{or} \quad ".join(each), "a product is 0 if a factor is"))
    solutions = [
        f"x{f'_{place + 1}' if len(roots) > 1 else ''} = {sympy.latex(root)}"
        for place, root in enumerate(roots)
    ]
    return [*steps, (r" \quad ".join(solutions), "")]


def _moved(term: Any) -> str:
    import sympy

    negative = term.could_extract_minus_sign()
    return f"{'add' if negative else 'subtract'} {sympy.sstr(-term if negative else term).replace('*', '')}"


def differentiate(text: str) -> tuple[str, Steps, tuple[int, int]] | None:
    """Differentiate a function of x term by term; return (title, steps, span), None without one."""
    match = _DERIVE.search(text)
    body = _expression(match["body"], "x") if match else None
    if match is None or body is None:
        return None
    import sympy

    x = sympy.Symbol("x")
    steps = [(f"f(x) = {sympy.latex(body)}", "")]
    terms = sympy.Add.make_args(body)
    if len(terms) > 1:
        steps.append(
            ("f'(x) = " + " + ".join(rf"\left({sympy.latex(term)}\right)'" for term in terms), "term by term")
        )
    elif (power := body.as_coeff_exponent(x)) and power[1] != 0 and not power[0].has(x):
        factor, exponent = power
        lead = "" if factor == 1 else rf"{sympy.latex(factor)} \cdot "
        steps.append(
            (rf"f'(x) = {lead}{sympy.latex(exponent)} x^{{{sympy.latex(exponent)} - 1}}", "the power rule")
        )
    elif len(factors := sympy.Mul.make_args(body)) == 2 and all(one.has(x) for one in factors):
        u, v = map(sympy.latex, factors)
        steps.append((rf"f'(x) = \left({u}\right)' {v} + {u} \left({v}\right)'", "the product rule"))
    steps += _chain(body)
    steps.append((f"f'(x) = {sympy.latex(sympy.diff(body, x))}", ""))
    return "Differentiate", steps, match.span()


def _chain(body: Any) -> Steps:
    """Return the lines of the chain rule: "sin(x^2)" is the sine of u = x^2; none for another function."""
    import sympy

    x, u = sympy.symbols("x u")
    power = body.is_Pow and body.base.has(x) and not body.exp.has(x)
    inner = body.base if power else body.args[0] if body.is_Function and len(body.args) == 1 else x
    if inner == x or not inner.has(x):
        return []
    outer = u**body.exp if power else body.func(u)
    return [
        (rf"u = {sympy.latex(inner)}, \quad u' = {sympy.latex(sympy.diff(inner, x))}", "the inner function"),
        (rf"f'(x) = {sympy.latex(sympy.diff(outer, u))} \cdot u'", "the chain rule"),
    ]


def rewrite(text: str) -> tuple[str, Steps, tuple[int, int]] | None:
    """Expand, factor or simplify an expression of x; return (title, steps, span), None without one."""
    match = _REWRITE.search(text)
    body = _expression(match["body"], "x") if match else None
    if match is None or body is None:
        return None
    import sympy

    how = match["how"].lower()[:6]
    done = {"expand": sympy.expand, "factor": sympy.factor, "simpli": sympy.simplify}[how](body)
    title = {"expand": "Expand", "factor": "Factor", "simpli": "Simplify"}[how]
    return title, [(sympy.latex(body), ""), (f"= {sympy.latex(done)}", "")], match.span()


def _expression(text: str, letter: str) -> Any:
    """Return the sympy expression of an expression in a letter; None if it is not one that is known."""
    import sympy

    text = re.sub(rf"(?<![a-z]){letter}(?![a-z])", "x", text.strip().lower().replace("\u00b3", "^3"))
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return sympy.Rational(text)
    # Only what `function_of` lets through: sympy itself would evaluate any Python.
    code = function_of(text) if len(text) <= 80 else None
    if code is None or _tall(code):
        return None
    return expression_of(code)


def expression_of(code: str) -> Any:
    """Return the sympy expression of what `function_of` returned."""
    import sympy

    names = {
        name: getattr(sympy, name)
        for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "pi", "sinh", "cosh", "tanh")
    }
    return sympy.sympify(
        code.replace("np.", ""), locals={**names, "abs": sympy.Abs, "e": sympy.E}, rational=True
    )


def _tall(code: str) -> bool:
    """Return whether a power is so high that expanding it would take long."""
    powers = [
        node.right
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    ]
    return any(
        not isinstance(power, ast.Constant) or abs(float(str(power.value))) > 20
        for power in powers
        if not isinstance(power, (ast.Name, ast.UnaryOp, ast.BinOp))
    )
