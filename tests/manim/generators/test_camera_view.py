"""The camera: what its animations are, where objects are in the picture, and trails of what moves."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange

SAVE = "self.camera.frame.save_state()"
FOLLOW = "self.camera.frame.add_updater(lambda frame: frame.move_to(dot))"


def generated(description):
    """Return the code of a description that is understood to its last word."""
    reading = read(description)
    assert reading.not_understood == ()
    return template(style="3b1b").generate(arrange(reading), description, reading=reading)


def lines(description, last):
    """Return the last lines of construct before its wait."""
    code = [line.strip() for line in generated(description).code.splitlines()]
    return code[code.index("self.wait()") - last : -1]


@pytest.mark.parametrize(
    ("description", "last"),
    [
        (
            "a circle and a square, zoom in on the circle",
            [SAVE, "self.play(self.camera.frame.animate.set(width=7.11).move_to(circle))"],
        ),
        (
            "a circle. Zoom in on it, then zoom back out",
            [
                "self.play(self.camera.frame.animate.set(width=7.11).move_to(circle))",
                "self.play(Restore(self.camera.frame))",
            ],
        ),
        (
            "a star and a circle. Zoom in on the star by a factor of 3 in 2 seconds, then pan to the circle",
            [
                "self.play(self.camera.frame.animate.set(width=4.74).move_to(star), run_time=2)",
                "self.play(self.camera.frame.animate.move_to(circle))",
            ],
        ),
        (
            "a square. The camera moves to the right by 2",
            ["self.play(self.camera.frame.animate.shift([2, 0, 0]))"],
        ),
        ("a square. Zoom out", [SAVE, "self.play(self.camera.frame.animate.set(width=28.44))"]),
        (
            "three circles in a row. Zoom in on the middle one",
            ["self.play(self.camera.frame.animate.set(width=7.11).move_to(circle_2))"],
        ),
        # Where the dot is before it moves is not where the camera is to go.
        (
            "a dot moves right while the camera zooms in on it",
            [
                SAVE,
                "self.play(dot.animate.shift([2, 0, 0]), "
                "self.camera.frame.animate.set(width=4).move_to([2, 0, 0]))",
            ],
        ),
        (
            "a dot moves right while the camera follows it",
            [FOLLOW, "self.add(self.camera.frame)", "self.play(dot.animate.shift([2, 0, 0]))"],
        ),
    ],
)
def test_the_camera_moves_as_the_description_says(description, last):
    assert lines(description, len(last)) == last
    assert "class GeneratedScene(MovingCameraScene):" in generated(description).code


@pytest.mark.parametrize(
    ("description", "colour", "motion"),
    [
        ("a red dot moves along a circle and traces its path", "YELLOW", "MoveAlongPath(dot, circle)"),
        ("a dot moves along a circle leaving a red trail", "RED", "MoveAlongPath(dot, circle)"),
        ("a dot moves along a circle, its path is traced in red", "RED", "MoveAlongPath(dot, circle)"),
        (
            "trace the path of the dot as it moves from (-3, 0) to (3, 2)",
            "YELLOW",
            "dot.animate.move_to([3, 2, 0])",
        ),
    ],
)
def test_a_trail_begins_before_its_object_moves(description, colour, motion):
    assert lines(description, 3) == [
        f"dot_path = TracedPath(dot.get_center, stroke_color={colour})",
        "self.add(dot_path)",
        f"self.play({motion})",
    ]
    assert "(Scene)" in generated(description).code


@pytest.mark.parametrize(
    ("description", "text", "reason"),
    [
        ("a circle with a trail", "with a trail", "what leaves it does not move"),
        ("a circle. Pan", "Pan", "what the camera is aimed at is not clear"),
        (
            "a circle. Zoom in by a factor of 0",
            "Zoom in by a factor of 0",
            "what the camera is aimed at is not clear",
        ),
    ],
)
def test_what_the_camera_cannot_do_is_noted(description, text, reason):
    (missed,) = read(description).not_understood
    assert (missed.text, missed.reason) == (text, reason)


@pytest.mark.manim
@pytest.mark.parametrize(
    ("description", "centre", "width"),
    [
        ("a circle at (-3, 1) and a square, zoom in on the circle", (-3, 1), 7.11),
        ("a circle at (-3, 1). Zoom in on the circle, then zoom back out", (0, 0), 14.22),
        ("a dot at (1, 1) moves right by 2 while the camera follows it", (3, 1), 14.22),
        ("a dot at (1, 1) moves right by 2 while the camera zooms in on it by a factor of 2", (3, 1), 7.11),
    ],
)
def test_the_camera_ends_where_the_layout_says(run, description, centre, width):
    made = generated(description)
    left = run(made.code, play=True)
    frame = left["self"].camera.frame
    assert frame.get_center()[:2] == pytest.approx(centre, abs=0.01)
    assert frame.width == pytest.approx(width, abs=0.01)
    scale = 14.222 / frame.width
    for name, index in made.outcome.names.items():
        seen = made.outcome.layout.objects[index]
        where = (left[name].get_center() - frame.get_center())[:2] * scale
        assert np.allclose(where, (seen.x, seen.y), atol=0.02)
