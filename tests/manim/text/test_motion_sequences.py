"""What happens in a row: colours, forms, there and back, one by one; and in which order things are drawn."""

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def played(description, *, updaters=False):
    """Return the animations of a description that is understood to its last word, and perhaps updaters."""
    reading = read(description)
    assert reading.not_understood == ()
    code = template(style="3b1b").generate(arrange(reading), description, reading=reading).code
    lines = [line.strip() for line in code.splitlines()]
    return [
        line.removeprefix("self.play(").removesuffix(")")
        for line in lines
        if line.startswith("self.play(") or (updaters and "updater" in line)
    ]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            "a square turns red, then blue, then green",
            [f"square.animate.set_color({colour})" for colour in ("RED", "BLUE", "GREEN")],
        ),
        (
            "the color of a circle goes red -> green",
            ["circle.animate.set_color(RED)", "circle.animate.set_color(GREEN)"],
        ),
        ("a square changes color from blue to red", ["square.animate.set_color(RED)"]),
        (
            "a square and a circle appear at the same time, then the square moves left",
            ["Create(square), Create(circle)", "square.animate.shift([-2, 0, 0])"],
        ),
        (
            "a circle moves left and a square moves right at the same time, then the square fades out",
            [
                "Create(circle)",
                "Create(square)",
                "circle.animate.shift([-2, 0, 0]), square.animate.shift([2, 0, 0])",
                "FadeOut(square)",
            ],
        ),
        (
            "a dot moves around a square",
            ["Rotate(dot, angle=360 * DEGREES, about_point=square.get_center())"],
        ),
        ("a circle moves from the left to the right", ["circle.animate.move_to([5.81, 0, 0])"]),
        ("a circle is drawn slowly over 5 seconds", ["Create(circle), run_time=5"]),
        (
            "a blue rectangle turns into a green circle which turns into a yellow star, 2 seconds each",
            [
                "ReplacementTransform(rectangle, circle), run_time=2",
                "ReplacementTransform(circle, star), run_time=2",
            ],
        ),
        (
            "a circle moves up and down",
            ["circle.animate.shift([0, 1.5, 0])", "circle.animate.shift([0, -1.5, 0])"],
        ),
        (
            "a dot moves back and forth in 3 seconds",
            [
                "dot.animate.shift([-1.5, 0, 0]), run_time=1",
                "dot.animate.shift([3, 0, 0]), run_time=1",
                "dot.animate.shift([-1.5, 0, 0]), run_time=1",
            ],
        ),
        ("a circle rotates one full turn", ["Rotate(circle, angle=360 * DEGREES)"]),
        ("a star pulses once, then shrinks to nothing", ["Indicate(star)", "ShrinkToCenter(star)"]),
        (
            "a square at (-3, 0) and a dot at (3, 0). They fade out one after another from left to right",
            ["FadeOut(square)", "FadeOut(dot)"],
        ),
    ],
)
def test_each_follows_what_comes_before_it(words, lines):
    assert played(words)[-len(lines) :] == lines


def test_a_colour_that_something_changes_from_is_its_own():
    reading = read("a square changes from blue to red")
    assert [item.color for item in reading.items] == [read("a blue dot").items[0].color]


def test_both_texts_have_the_colours_between_which_they_change():
    words = "the word 'Winter' turns into the word 'Summer', from a cold blue to a warm orange"
    reading = read(words)
    assert reading.not_understood == ()
    assert [item.color for item in reading.items] == [
        read(f"a {colour} dot").items[0].color for colour in ("blue", "orange")
    ]


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("write 'a' and put a box around it", ["Write(text)", "Create(rectangle)"]),
        ("write 'a', then draw a red box around it", ["Write(text)", "Create(rectangle)"]),
        # The box would hide the word.
        ("write 'a' and put a filled box around it", ["Create(rectangle)", "Write(text)"]),
    ],
)
def test_what_is_put_around_something_is_drawn_after_it(words, lines):
    assert played(words) == lines


def test_a_whole_turn_is_seen_while_something_else_happens():
    between = "moved.interpolate(square_start, square_goal, alpha).rotate(alpha * 360 * DEGREES)"
    assert played("a square moves up while it rotates one full turn") == [
        "Create(square)",
        f"UpdateFromAlphaFunc(square, lambda moved, alpha: {between})",
    ]


def test_two_that_were_named_swap_their_places():
    assert played("a circle and a square. Next swap their places")[-1] == "Swap(circle, square)"


def test_dots_are_at_their_numbers_wherever_the_line_was_named():
    reading = read("show a number line from -5 to 5 and put a red dot at -2 and a blue dot at 3")
    assert reading.not_understood == ()
    assert [item.measure("numbers") for item in reading.items] == [None, (-2.0,), (3.0,)]


def events(description):
    return [(event.verb, event.subject, event.value, event.together) for event in read(description).events]


@pytest.mark.parametrize(
    ("words", "ways"),
    [
        ("a square. Move it right by 3, then down by 2", [(3, 0), (0, -2)]),
        ("a circle moves 2 units right, then 1 unit up, then to the left", [(2, 0), (0, 1), (-2, 0)]),
        ("a dot moves up 2 and then right in 2 seconds", [(0, 2), (2, 0)]),
        ("a circle moves right 2, down 1", [(2, 0), (0, -1)]),
        ("a dot moves up, then back", [(0, 2), (0, -2)]),
    ],
)
def test_a_way_may_be_followed_by_others_without_a_verb(words, ways):
    assert read(words).not_understood == ()
    assert events(words) == [("move", (0,), ("by", way), False) for way in ways]


def test_what_follows_without_a_verb_is_a_turn_for_turns_and_of_another_object_where_one_is_named():
    assert events("a square rotates by 90 degrees, then by 45 degrees, then back") == [
        ("rotate", (0,), value, False) for value in (90, 45, -45)
    ]
    assert events("move the circle left, then the square right") == [
        ("move", (0,), ("by", (-2, 0)), False),
        ("move", (1,), ("by", (2, 0)), False),
    ]
    (relation,) = read("a circle moves up, the square to the right is red").relations
    assert (relation.how, relation.subject) == ("right", (1,))


@pytest.mark.parametrize(
    ("words", "measure", "factors"),
    [
        ("a circle grows from radius 1 to radius 3", ("radius", 1), [3]),
        ("a circle of radius 1 grows to radius 2, then to radius 3", ("radius", 1), [2, 1.5]),
        ("a square shrinks from side length 3 to side length 1.5", ("side", 3), [0.5]),
        ("a circle expands to a diameter of 4", ("diameter", 2), [2]),
        ("a square grows by 2, then to a side of 8", ("side", 2), [2, 2]),
    ],
)
def test_what_grows_to_a_size_has_it_afterwards(words, measure, factors):
    reading = read(words)
    assert reading.not_understood == ()
    assert reading.items[0].measures == (measure,)
    assert [event.value for event in reading.events] == pytest.approx(factors)


@pytest.mark.parametrize(
    "words", ["a circle of radius 2 grows from radius 1 to radius 3", "a circle grows from radius 1"]
)
def test_a_size_that_contradicts_another_or_has_no_end_is_noted(words):
    reading = read(words)
    assert reading.events == ()
    assert reading.not_understood[0].text.startswith("grows from radius 1")
