"""Names of corners are labels of the corners, however they are given; other labels stay what they are."""

import pytest

from jepamine.manim.text.parse import read


def labels(description):
    """The text and the part of each label."""
    reading = read(description)
    assert reading.not_understood == ()
    return [(item.text, item.measure("part")) for item in reading.items if item.type == "text"]


@pytest.mark.parametrize(
    "words",
    [
        "triangle with the vertices (-3,-1), (3,-1) and (0,3). label them P, Q, R",
        "a triangle with vertices P (-3,-1), Q (3,-1) and R (0,3)",
        "a triangle. Label it 'P', 'Q' and 'R'",
        "a triangle labelled P, Q and R",
    ],
)
def test_each_corner_has_its_name(words):
    assert labels(words) == [(name, (0, "corner_label", n)) for n, name in enumerate("PQR")]


def test_the_vertices_that_are_named_are_those_of_the_figure():
    (triangle, *_) = read("a triangle with vertices A (0,0), B (4,0), C (0,3)").items
    assert triangle.measure("vertices") == ((0, 0), (4, 0), (0, 3))


@pytest.mark.parametrize(
    "words",
    ["a square labelled 'A'", "a triangle labelled 'A', a dot", "three dots labelled 'A', 'B' and 'C'"],
)
def test_other_labels_belong_to_the_whole(words):
    assert {part for _, part in labels(words)} == {None}
