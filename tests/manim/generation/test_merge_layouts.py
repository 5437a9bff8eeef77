"""A description and an image of one scene."""

from __future__ import annotations

from jepamine.manim.generation.merge_layouts import joined
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.parse import read

RED, BLUE = "#FC6255", "#58C4DD"


def told(description, *seen):
    return joined(read(description), Layout(seen))


def test_the_image_says_where_and_the_description_what():
    layout, notes = told(
        "a red circle left of the text 'energy'",
        Object("text", 3, 1, 0, 2, 0.5, 0.9, color="#FFFFFF"),
        Object("circle", -5, -2, 1, 1.5, 1.5, 0.8, color=BLUE),
    )
    assert notes == []
    circle, text = layout.objects
    assert (circle.type, circle.color, circle.box, circle.confidence) == (
        "circle",
        RED,
        (-5, -2, 1.5, 1.5),
        0.8,
    )
    assert (text.type, text.text, text.box) == ("text", "energy", (3, 1, 2, 0.5))
    assert (text.z, circle.z) == (0, 1)


def test_a_type_that_was_misread_is_put_right_where_nothing_else_fits():
    layout, notes = told(
        "an ellipse and a square", Object("circle", 2, 1, 0, 2, 1.4), Object("square", -3, 0, 1, 1, 1)
    )
    assert [(item.type, item.x) for item in layout.objects] == [("ellipse", 2), ("square", -3)]
    assert notes == []


def test_twins_are_told_apart_by_where_the_description_puts_them():
    layout, _ = told(
        "a red circle left of a blue circle",
        Object("circle", 4, 0, 0, 1, 1),
        Object("circle", -4, 0, 1, 1, 1),
    )
    assert [(item.color, item.x) for item in layout.objects] == [(RED, -4), (BLUE, 4)]


def test_what_is_not_seen_is_placed_by_the_description_beside_what_is():
    layout, notes = told("a circle and a square right of the circle", Object("circle", -5, 2, 0, 1.5, 1.5))
    circle, square = layout.objects
    assert circle.box == (-5, 2, 1.5, 1.5)
    assert square.x > circle.x + 1
    assert notes == ["not seen in the image, placed by the description: square"]


def test_what_is_seen_and_not_described_stays_and_is_told():
    layout, notes = told("a circle", Object("circle", 0, 0, 0, 1, 1), Object("star", 4, 2, 1, 1, 1))
    assert [item.type for item in layout.objects] == ["circle", "star"]
    assert notes == ["seen in the image, not described: star"]


def test_no_more_than_ten_objects_are_kept():
    seen = [Object("dot", x, -3, x + 6, 0.2, 0.2) for x in range(-5, 5)]
    layout, notes = told("a circle at the top", *seen[:9], Object("star", 0, 3, 30, 1, 1))
    assert len(layout.objects) == 10
    assert sorted(item.z for item in layout.objects) == list(range(10))
    assert notes[-1].startswith("seen in the image, not described: dot, dot")
