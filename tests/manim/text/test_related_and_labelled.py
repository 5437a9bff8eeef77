"""Products of relation, label, size and place, as boxes: each of them holds, whatever comes with it."""

from __future__ import annotations

from itertools import product

import pytest

from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange

RELATIONS = {
    "to the left of": (-1, 0),
    "to the right of": (1, 0),
    "above": (0, 1),
    "below": (0, -1),
}
FORMS = (
    "a circle of radius 1.2 labelled 'mass' {how} a rectangle 3 units wide and 1 unit tall{where}",
    "a rectangle 3 units wide and 1 unit tall{where}. "
    "A circle of radius 1.2 labelled 'mass' is {how} the rectangle",
)
PLACES = ("", " on the left")


def boxes(description):
    """Return the boxes of the circle, the rectangle and the text of a description."""
    reading = read(description)
    assert reading.not_understood == (), description
    found = {item.type: item for item in arrange(reading).objects}
    return found["circle"], found["rectangle"], found["text"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", RELATIONS)
def test_sizes_relations_and_labels_hold_together(form, how):
    for where in PLACES:
        description = form.format(how=how, where=where)
        circle, rectangle, label = boxes(description)
        across, up = RELATIONS[how]
        assert (circle.width, circle.height) == pytest.approx((2.4, 2.4), abs=0.02), description
        assert (rectangle.width, rectangle.height) == pytest.approx((3, 1), abs=0.02), description
        assert across * (circle.x - rectangle.x) >= (2.7 if across else 0), description
        assert up * (circle.y - rectangle.y) >= (1.7 if up else 0), description
        # Its edge is next to that of the circle: nothing else is between them.
        gaps = (abs(label.x - circle.x) - label.width / 2, abs(label.y - circle.y) - label.height / 2)
        assert 1.2 < max(gaps) < 1.6, description


@pytest.mark.parametrize(("form", "how", "where"), list(product(FORMS, RELATIONS, PLACES))[::3])
def test_both_are_the_two_objects_and_not_their_labels(form, how, where):
    description = form.format(how=how, where=where)
    reading = read(f"{description}. Both fade out")
    (event,) = reading.events
    types = sorted(reading.items[place].type for place in event.subject)
    assert types == ["circle", "rectangle"]


@pytest.mark.parametrize(
    ("description", "labels"),
    [
        ("four squares in a 2x2 grid, numbered 1 to 4", ["1", "2", "3", "4"]),
        ("a row of five circles numbered from 1 to 5", ["1", "2", "3", "4", "5"]),
        ("a row of three boxes labelled A to C", ["A", "B", "C"]),
    ],
)
def test_labels_may_be_given_by_the_first_and_the_last(description, labels):
    reading = read(description)
    assert reading.not_understood == ()
    assert [item.text for item in reading.items if item.type == "text"] == labels


@pytest.mark.parametrize(
    ("description", "boxes"),
    [
        ("the points (1, 2), (3, 1) and (-2, 0)", [(1, 2), (3, 1), (-2, 0)]),
        ("draw a line from the top left corner to the bottom right corner", [(0, 0)]),
        ("a line with a dot in the middle", [(0, 0), (0, 0)]),
        ("a star above the square and a heart below it", [(0, 2), (0, 0), (0, -2)]),
        ("two parallel lines", [(0, 0.25), (0, -0.25)]),
        ("a rectangle in the lower half", [(0, -2.66)]),
    ],
)
def test_objects_are_where_the_words_place_them(description, boxes):
    reading = read(description)
    assert reading.not_understood == ()
    found = [(item.x, item.y) for item in arrange(reading).objects]
    assert [pytest.approx(place, abs=0.2) for place in boxes] == found


@pytest.mark.parametrize(
    "description",
    [
        "a brace below the square labelled 'w'",
        "a brace below the square with the label 'w'",
        "a brace below a square, with the text 'w'",
        "a square with a brace below it labelled 'w'",
        "a square with a brace below it. The brace is labelled 'w'.",
    ],
)
def test_the_label_of_a_brace_is_at_its_tip(description):
    found = {item.type: item for item in arrange(read(description)).objects}
    assert found["square"].y > found["brace"].y > found["text"].y


@pytest.mark.parametrize(
    "description", ["the text 'Hi' with a rectangle behind it", "'Hi' in front of a rectangle"]
)
def test_a_figure_behind_a_text_is_around_it(description):
    found = {item.type: item for item in arrange(read(description)).objects}
    assert (found["text"].x, found["text"].y) == (found["rectangle"].x, found["rectangle"].y)
    assert found["text"].z > found["rectangle"].z


@pytest.mark.parametrize(
    "description",
    [
        "four squares in a 2 by 2 grid with the numbers 1 to 4 in them",
        "the letters A, B and C in three circles",
        "three dots in three squares",
        "three boxes labelled 'Client'",
    ],
)
def test_several_in_as_many_are_one_in_each(description):
    objects = arrange(read(description)).objects
    outer = [item for item in objects if item.type in ("square", "circle", "rectangle")]
    inner = [item for item in objects if item not in outer]
    assert [(item.x, item.y) for item in inner] == [
        (pytest.approx(item.x, abs=0.02), pytest.approx(item.y, abs=0.02)) for item in outer
    ]


def test_what_connects_letters_in_circles_connects_the_circles():
    reading = read("the letters A, B and C in three circles in a row, connected by arrows")
    kinds = [(reading.items[start].type, reading.items[end].type) for _, start, end in reading.joined]
    assert kinds == [("circle", "circle")] * 2


@pytest.mark.parametrize(
    ("words", "size"), [("vertical", (0, 0.8)), ("horizontal", (0.8, 0)), ("", (0.8, 0))]
)
def test_a_radius_has_the_direction_that_is_given(words, size):
    _, line = arrange(read(f"a circle with a {words} radius")).objects
    assert (line.width, line.height) == pytest.approx(size, abs=0.02)


def test_two_triangles_or_arrows_face_each_other():
    turned = [item.measure("turned") for item in read("two triangles pointing at each other").items]
    assert turned == [-90.0, 90.0]
    ways = [item.traits for item in read("two arrows facing each other").items]
    assert ways == [{"right"}, {"left"}]
    assert [note.text for note in read("two squares facing each other").not_understood] == [
        "facing each other"
    ]


def test_words_are_no_formula():
    reading = read("a circle, and the formula for gravity below it")
    assert "for gravity" not in [item.text for item in reading.items]


@pytest.mark.parametrize(
    "description",
    [
        "a circle and inside the circle, write 'Hello'",
        "a circle and inside the circle, there is the word 'Hello'",
    ],
)
def test_what_is_related_to_the_object_before_is_said_of_the_next(description):
    reading = read(description)
    assert reading.not_understood == ()
    assert [(one.how, one.subject, one.other) for one in reading.relations] == [("inside", (1,), (0,))]
