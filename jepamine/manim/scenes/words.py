"""Captions, words, sentences, code and formulas for texts as long as those of real scenes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from jepamine.manim.engine.style import number, pick
from jepamine.manim.scenes.grounds import TEXT_LENGTH, quantile
from jepamine.utils.printing import words

#: Labels: one word each.
LABELS = words(
    "angle area axis base bias cell charge chord cost cube data decay delta density edge energy error factor "
    "field flow focus force frame gain gamma gravity growth height input kernel layer length lens limit loop "
    "mass matrix mean memory model motion node noise norm omega orbit origin output path peak phase power "
    "price proof pulse queue radius rank ratio root sample score series sigma signal slope source speed spin "
    "stack state sum target tensor theta time torque tree union value vector volume wave weight work zero"
)
#: Short labels: a letter or two.
LETTERS = (*"ABCDEFGHKLMNPQRSTUVXYZ", "x", "y", "t", "v", "P1", "P2", "A1", "A2", "H1")

#: Headings.
TITLES = (
    "Area of a Circle",
    "Binary Search",
    "Conic Sections",
    "Data Flow",
    "Derivatives",
    "Energy and Work",
    "Fourier Series",
    "Game Theory",
    "Graph Search",
    "How Rockets Fly",
    "Laws of Motion",
    "Linear Algebra",
    "Neural Networks",
    "Number Theory",
    "Prime Numbers",
    "Probability",
    "Projectile Motion",
    "Pythagoras",
    "Sorting a List",
    "Sound Waves",
    "The Chain Rule",
    "The Unit Circle",
    "Vectors in a Plane",
    "What is a Limit?",
)

#: Lines below a heading.
SENTENCES = (
    "a sum of squares",
    "all paths meet here",
    "each step halves it",
    "equal on both sides",
    "every point counts",
    "it never gets to zero",
    "one half remains",
    "small steps add up",
    "take the largest",
    "the area doubles",
    "the inner angles",
    "the limit exists",
    "the order matters",
    "the rate of change",
    "the same as before",
    "the slope is zero",
    "the sum is even",
    "then turn around",
    "two equal parts",
    "what goes up",
)


_SMALL_WORDS = words(
    "a an and are as at be by can do each every for from has if in into is it its let more no not now of on "
    "one only or over same so that the then there this to two under we when where which with"
)
_VERBS = words(
    "add compute compare draw find follow give grow keep lead make move prove show solve split take use"
)
_CODE = (
    "def {a}({b}):",
    "    return {a} + {b}",
    "for {a} in range({n}):",
    "    {a} = {b} * {n}",
    "if {a} > {n}:",
    "import {a}",
    "print({a}, {b})",
    "while {a} < {b}:",
    "class {A}(Scene):",
    "    self.play({b})",
    "{a} = [{n}, {n}]",
    "# {b} the {a}",
)
_VARIABLES = (*"abcefghkmnpqrstuvxyz", *"\u03b1\u03b2\u03b8\u03bb\u03c0\u03c3\u03c6\u0394")
_OPERATORS = ("+", "-", "=", "·", "<", "≤", "→", "≈")


def phrase(rng: np.random.Generator, length: float | None = None) -> str:
    """Draw words of about `length` characters, by default as long as texts of real scenes."""
    length = length if length is not None else quantile(rng, TEXT_LENGTH)
    words = [_word(rng)]
    while sum(map(len, words)) + len(words) < length - 2:
        words.append(_word(rng))
    text = " ".join(words)
    if rng.random() < 0.6:
        text = text[0].upper() + text[1:]
    return text + pick(rng, ["", "", "", ".", ":", "?", "!", "..."]) if len(words) > 2 else text


def listing(rng: np.random.Generator, lines: int) -> str:
    """Draw lines of code."""
    return "\n".join(
        pick(rng, _CODE).format(
            a=pick(rng, LABELS), b=pick(rng, LABELS), A=pick(rng, LABELS).title(), n=int(rng.integers(1, 100))
        )
        for _ in range(lines)
    )


def figure(rng: np.random.Generator) -> str:
    """Draw a number as tables and scales show it."""
    return pick(
        rng, [str(int(rng.integers(0, 10))), str(int(rng.integers(10, 2000))), f"{rng.normal(0, 9):.1f}"]
    )


def text_code(content: str, color: str, height: float, *, bold: bool = False, italic: bool = False) -> str:
    """Return the expression of a text whose line is about `height` units high."""
    keywords = [json.dumps(content, ensure_ascii=False)]
    keywords += ["weight=BOLD"] if bold else []
    keywords += ["slant=ITALIC"] if italic else []
    keywords += [f"color={color}"] if color != "WHITE" else []
    return f"Text({', '.join(keywords)}).scale({number(max(height / 0.48, 0.2))})"


def formula_code(rng: np.random.Generator, color: str, height: float) -> str:
    """Return the expression of a formula set from glyphs, as TeX would: powers, indices, fractions, sums."""
    pieces = [_term(rng, 2)]
    for _ in range(int(rng.integers(0, 4))):
        pieces += [_glyph(pick(rng, _OPERATORS)), _term(rng, 2)]
    code = _row(pieces, 0.14)
    return f"{code}.set_color({color}).scale({number(max(height / 0.4, 0.25))})"


def _word(rng: np.random.Generator) -> str:
    draw = rng.random()
    return pick(rng, _SMALL_WORDS if draw < 0.45 else LABELS if draw < 0.85 else _VERBS)


def _term(rng: np.random.Generator, depth: int) -> str:
    draw = rng.random()
    if depth and draw < 0.2:
        bar = number(rng.uniform(0.5, 1.2))
        inner = (
            f"{_term(rng, depth - 1)}, Line(ORIGIN, {bar} * RIGHT, stroke_width=2), {_term(rng, depth - 1)}"
        )
        return f"VGroup({inner}).arrange(DOWN, buff=0.1)"
    if depth and draw < 0.5:
        edge = pick(rng, ["UP", "UP", "DOWN"])
        pair = f"VGroup({_symbol(rng)}, {_symbol(rng)}.scale(0.6))"
        return f"{pair}.arrange(RIGHT, buff=0.04, aligned_edge={edge})"
    if depth and draw < 0.62:
        return _row(
            [_glyph("("), _term(rng, depth - 1), _glyph(pick(rng, _OPERATORS)), _symbol(rng), _glyph(")")]
        )
    if depth and draw < 0.7:
        return _row([f"{_glyph(pick(rng, ['∑', '∫', '∏']))}.scale(1.5)", _term(rng, depth - 1)], 0.1)
    return _symbol(rng)


def _symbol(rng: np.random.Generator) -> str:
    if rng.random() < 0.35:
        return _glyph(str(int(rng.choice([0, 1, 2, 3, 4, 5, 7, 10, 12]))))
    return f'Text("{pick(rng, _VARIABLES)}", slant=ITALIC)'


def _glyph(character: str) -> str:
    return f'Text("{character}")'


def _row(pieces: Sequence[str], gap: float = 0.06) -> str:
    return f"VGroup({', '.join(pieces)}).arrange(RIGHT, buff={number(gap)})"
