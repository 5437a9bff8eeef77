"""Merging the description and the image of one scene."""

from __future__ import annotations

from jepamine.manim.generation.merge_layouts import merge_layouts
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.parse import read

RED, BLUE = "#FC6255", "#58C4DD"


def merged(description, *seen):
    return merge_layouts(read(description), Layout(seen))


def test_positions_come_from_the_image_and_types_from_the_description():
    layout, notes = merged(
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


def test_a_misread_type_is_corrected_if_nothing_else_fits():
    layout, notes = merged(
        "an ellipse and a square", Object("circle", 2, 1, 0, 2, 1.4), Object("square", -3, 0, 1, 1, 1)
    )
    assert [(item.type, item.x) for item in layout.objects] == [("ellipse", 2), ("square", -3)]
    assert notes == []


def test_equal_objects_are_distinguished_by_their_described_positions():
    layout, _ = merged(
        "a red circle left of a blue circle",
        Object("circle", 4, 0, 0, 1, 1),
        Object("circle", -4, 0, 1, 1, 1),
    )
    assert [(item.color, item.x) for item in layout.objects] == [(RED, -4), (BLUE, 4)]


def test_an_unseen_object_is_placed_relative_to_the_seen_ones():
    layout, notes = merged("a circle and a square right of the circle", Object("circle", -5, 2, 0, 1.5, 1.5))
    circle, square = layout.objects
    assert circle.box == (-5, 2, 1.5, 1.5)
    assert square.x > circle.x + 1
    assert notes == ["not seen in the image, placed by the description: square"]


def test_a_seen_object_that_is_not_described_stays_and_is_reported():
    layout, notes = merged("a circle", Object("circle", 0, 0, 0, 1, 1), Object("star", 4, 2, 1, 1, 1))
    assert [item.type for item in layout.objects] == ["circle", "star"]
    assert notes == ["seen in the image, not described: star"]


def test_at_most_ten_objects_are_kept():
    seen = [Object("dot", x, -3, x + 6, 0.2, 0.2) for x in range(-5, 5)]
    layout, notes = merged("a circle at the top", *seen[:9], Object("star", 0, 3, 30, 1, 1))
    assert len(layout.objects) == 10
    assert sorted(item.z for item in layout.objects) == list(range(10))
    assert notes[-1].startswith("seen in the image, not described: dot, dot")
    assert not layout.more


def test_a_layout_of_more_than_ten_seen_objects_stays_whole():
    seen = [Object("dot", x / 2, -3, x, 0.2, 0.2) for x in range(14)]
    layout, _ = merged("a dot at the bottom", *seen)
    assert len(layout.objects) == 14
    assert not layout.more
