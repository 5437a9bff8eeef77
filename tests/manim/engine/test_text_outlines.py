"""Texts and formulas from Matplotlib's fonts are those of Manim."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.manim.engine.text_outlines import cubics


def test_lines_and_quadratic_curves_become_cubic_ones():
    vertices = np.array([[0.0, 0], [3, 0], [3, 3], [0, 3], [0, 0]])
    points = cubics(vertices, np.array([1, 2, 3, 3, 79]))
    assert points[:, :2].tolist() == [
        [0, 0],
        [1, 0],
        [2, 0],
        [3, 0],
        [3, 0],
        [3, 2],
        [2, 3],
        [0, 3],
        [0, 3],
        [0, 2],
        [0, 1],
        [0, 0],
    ]


@pytest.fixture(scope="module")
def own():
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    from jepamine.manim.engine.engine import engine

    with engine() as opened:
        yield opened


@pytest.mark.manim
def test_a_text_has_the_size_of_manims(own):
    # Of Manim 0.22: Text("Hxg", font="DejaVu Serif") is 1.3276 by 0.6344 units, MathTex("Hx") 0.6976 by
    # 0.3457.
    serif = own.with_font("DejaVu Serif").evaluate('Text("Hxg")', {})
    assert (serif.width, serif.height) == pytest.approx((1.3276, 0.6344), rel=0.01)
    formula = own.with_font("DejaVu Sans").evaluate('MathTex("Hx")', {})
    assert (formula.width, formula.height) == pytest.approx((0.6976, 0.3457), rel=0.07)


@pytest.mark.manim
def test_lines_are_below_one_another_and_keep_their_words(own):
    text = own.with_font("cmr10").evaluate('Text("above\\nbelow", color=RED)', {})
    first, second = text.submobjects
    assert first.get_bottom()[1] > second.get_top()[1]
    assert text.original_text == "above\nbelow"
    assert first.get_fill_color().to_hex() == "#FC6255"


@pytest.mark.manim
def test_characters_that_a_font_lacks_come_from_another(own):
    width = own.with_font("cmr10").evaluate('Text("\\u03b1 \\u2264 \\u03b2")', {}).width
    assert width == pytest.approx(
        own.with_font("STIXGeneral").evaluate('Text("\\u03b1 \\u2264 \\u03b2")', {}).width
    )


@pytest.mark.manim
def test_the_digits_of_an_axis_are_in_its_font_whatever_was_drawn_before(own):
    code = "NumberLine(x_range=[0, 3], include_numbers=True, label_constructor=Text, font_size=36).numbers"
    widths = [
        own.with_font(font).evaluate(code, {})[1].width for font in ("DejaVu Sans", "cmr10", "DejaVu Sans")
    ]
    assert widths[0] == widths[2] != widths[1]
    # A "1" of DejaVu Sans is 0.434 of an em wide, 36 of 48 points of 0.667 units.
    assert widths[0] == pytest.approx(0.434 * 0.75 * 0.667, rel=0.02)
