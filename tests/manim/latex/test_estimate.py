"""Sizes of formulas without LaTeX, against those that LaTeX gives them (measured once, in points)."""

from __future__ import annotations

import re
import xml.dom.minidom

import pytest

from jepamine.manim.latex.estimate import PIXELS, estimate
from jepamine.manim.latex.source import Formula

# What latex and dvisvgm draw (TeX Live 2022): width and height of the outlines in pixels.
MEASURED = [
    ("x^2", 11.9, 11.8),
    ("a^2+b^2=c^2", 68.5, 12.8),
    (r"\frac{a}{b}", 7.0, 24.1),
    (r"\int_0^1 x^2\,dx=\frac{1}{3}", 76.9, 33.3),
    (r"\sum_{n=1}^{\infty}\frac{1}{n^2}=\frac{\pi^2}{6}", 72.2, 36.3),
    (r"e^{i\pi}+1=0", 63.2, 12.8),
    (r"x=\frac{-b\pm\sqrt{b^2-4ac}}{2a}", 117.2, 29.8),
    ("-1.5", 25.5, 9.1),
    (r"\lim_{x\to 0}\frac{\sin x}{x}=1", 76.3, 27.1),
    (r"f(x)=\begin{cases}x&x>0\\0&\text{otherwise}\end{cases}", 128.8, 39.8),
    ("a&=b+c\\\\&=d", 51.8, 29.3),
    (r"P(A\mid B)=\frac{P(B\mid A)P(A)}{P(B)}", 154.4, 31.4),
]
PATH = re.compile(r"M(\S+) (\S+)H(\S+)V(\S+)H")


def svg(expression, environment="align*"):
    return estimate(Formula(expression, environment, "", "", "", "latex"))


def size(text):
    boxes = [tuple(map(float, numbers)) for numbers in PATH.findall(text)]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return max(rights) - min(lefts), max(bottoms) - min(tops)


@pytest.mark.parametrize(("expression", "width", "height"), MEASURED, ids=range(len(MEASURED)))
def test_an_estimate_is_within_a_tenth_of_what_latex_draws(expression, width, height):
    assert size(svg(expression)) == pytest.approx((width, height), rel=0.1)


def test_text_is_set_in_upright_letters_and_formulas_in_it_between_dollars():
    assert size(svg("The area is $\\pi r^2$.", "center")) == pytest.approx((91.9, 11.1), rel=0.1)
    assert svg("a$b$", "center").count("<path") == 2


def test_there_is_an_outline_for_each_glyph_and_each_bar():
    assert svg(r"\frac{ab}{c}").count("<path") == 4
    assert svg(r"\left(x\right)").count("<path") == 3
    assert svg(r"\sqrt{x}").count("<path") == 3
    assert svg(r"\sin\alpha\,\quad").count("<path") == 4


def test_parts_of_manim_are_groups_in_the_order_of_the_source():
    mark = r"\special{dvisvgm:raw %s}"
    text = (
        mark % "<g id='unique000'>"
        + "a^{b"
        + mark % "</g>"
        + mark % "<g id='unique001'>"
        + "c}"
        + mark % "</g>"
    )
    groups = xml.dom.minidom.parseString(svg(text)).getElementsByTagName("g")
    assert [(group.getAttribute("id"), len(group.getElementsByTagName("path"))) for group in groups] == [
        ("page1", 3),
        ("unique000", 2),
        ("unique001", 1),
    ]


@pytest.mark.parametrize(
    "expression",
    [
        r"\frac" * 3000,
        "{" * 20000,
        "}" * 100,
        r"\left(" * 3000,
        r"\begin{pmatrix}" * 1200,
        r"\hat{" * 3000,
        "x^" * 5000,
        "^_&\\\\$%",
        r"\special{dvisvgm:raw </g>}" * 5,
        "",
    ],
    ids=range(10),
)
def test_whatever_is_written_gives_a_well_formed_drawing(expression):
    for environment in ("align*", "center"):
        assert xml.dom.minidom.parseString(svg(expression, environment)).documentElement.tagName == "svg"


def test_sizes_are_in_pixels_as_dvisvgm_gives_them_to_manim():
    # A rule of the font: digits are 5 points wide, 0.35 of them free on each side, and 6.5 high.
    assert size(svg("1")) == pytest.approx((4.3 * PIXELS, 6.5 * PIXELS), abs=0.002)
