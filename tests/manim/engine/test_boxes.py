import numpy as np
import pytest

from jepamine.manim.engine.boxes import colour_of, span
from jepamine.manim.engine.object_types import objects_of
from jepamine.manim.engine.style import draw_style
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, TYPES
from jepamine.manim.scenes.makers import MAKERS

pytestmark = pytest.mark.manim


def made(own, type_, seed):
    rng = np.random.default_rng([seed, TYPES.index(type_)])
    code = MAKERS[type_](rng, float(rng.uniform(0.7, 3)), draw_style(rng))
    return own.evaluate(f"{code}.move_to([{rng.uniform(-3, 3):.2f}, {rng.uniform(-1, 1):.2f}, 0])", {})


@pytest.mark.parametrize("type_", TYPES)
def test_the_lit_pixels_of_a_single_object_lie_within_a_tenth_of_its_box(own, type_):
    for seed in range(8):
        mobject = made(own, type_, seed)
        lit = own.frame([mobject]).max(axis=2) > 0
        across, down = np.flatnonzero(lit.any(axis=0)), np.flatnonzero(lit.any(axis=1))
        height, width = lit.shape
        found = (
            across[0] / width * FRAME_WIDTH - FRAME_WIDTH / 2,
            FRAME_HEIGHT / 2 - (down[-1] + 1) / height * FRAME_HEIGHT,
            (across[-1] + 1) / width * FRAME_WIDTH - FRAME_WIDTH / 2,
            FRAME_HEIGHT / 2 - down[0] / height * FRAME_HEIGHT,
        )
        assert np.abs(np.subtract(found, span(mobject))).max() < 0.1, f"seed {seed}"


@pytest.mark.parametrize("type_", TYPES)
def test_a_drawn_object_is_known_for_its_type(own, type_):
    for seed in range(8):
        mobject = made(own, type_, seed)
        assert [(kind, known) for _, kind, known in objects_of([mobject])] == [(type_, True)], f"seed {seed}"


def test_a_box_is_that_of_the_curve_and_not_of_its_control_points(own):
    circle = own.evaluate("Circle(radius=1).rotate(PI / 8)", {})
    assert circle.width > 2.03
    assert span(circle) == pytest.approx((-1, -1, 1, 1), abs=1e-3)


@pytest.mark.parametrize(
    ("code", "color"),
    [
        ("Circle(color=RED)", "#FC6255"),
        ("Circle(color=WHITE, fill_color=BLUE, fill_opacity=0.8)", "#58C4DD"),
        ("Circle(color=WHITE, fill_color=BLUE, fill_opacity=0.3)", "#FFFFFF"),
        ("Text('x', color=GREEN)", "#83C167"),
        ("Arrow(LEFT, RIGHT, color=YELLOW)", "#F7D96F"),
        ("Circle(stroke_width=0)", None),
    ],
)
def test_the_colour_is_that_of_the_fill_where_that_is_seen(own, code, color):
    assert colour_of(own.evaluate(code, {})) == color


def test_what_draws_nothing_has_no_box(own):
    assert span(own.evaluate("VGroup(Circle(stroke_width=0), Square(stroke_opacity=0))", {})) is None
