"""Groups in scenes in which things happen: the exact code, and what Manim does with it."""

import pytest

from jepamine.manim.generators.attached import arranged
from jepamine.manim.generators.template import template
from jepamine.manim.layouts import Object
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def made(description, **settings):
    reading = read(description)
    assert reading.not_understood == ()
    settings = {"style": "3b1b"} | settings
    return template(**settings).generate(arrange(reading), description, reading=reading)


def body(description, **settings):
    return [line.strip() for line in made(description, **settings).code.splitlines()[5:-1]]


ROW = "VGroup(square_1, square_2, square_3)"
MOVED = {
    "three squares in a row. The row moves up.": [
        "square_1 = Square(side_length=1.5)",
        "square_2 = Square(side_length=1.5)",
        "square_3 = Square(side_length=1.5)",
        f"squares = {ROW}.arrange(RIGHT, buff=0.5)",
        "self.play(Create(squares))",
        "self.play(squares.animate.shift([0, 2, 0]))",
    ],
    "a column of two circles on the left. They move 4 units right while they turn red. They fade out.": [
        "circle_1 = Circle(radius=0.8)",
        "circle_2 = Circle(radius=0.8)",
        "circles = VGroup(circle_1, circle_2).arrange(DOWN, buff=0.5).move_to([-4.69, 0, 0])",
        "self.play(Create(circles))",
        "self.play(circles.animate.shift([4, 0, 0]).set_color(RED))",
        "self.play(FadeOut(circles))",
    ],
    "a 2x2 grid of squares. The grid fades out.": [
        "square_1 = Square(side_length=1.5)",
        "square_2 = Square(side_length=1.5)",
        "square_3 = Square(side_length=1.5)",
        "square_4 = Square(side_length=1.5)",
        "squares = VGroup(square_1, square_2, square_3, square_4).arrange_in_grid(rows=2, cols=2, buff=0.5)",
        "self.play(Create(squares))",
        "self.play(FadeOut(squares))",
    ],
    "a blue circle, a text 'Hi' below it. The circle and the text move 3 units to the left.": [
        "circle = Circle(radius=0.8, color=BLUE).move_to([0, 0.61, 0])",
        'text = Text("Hi", font_size=33).next_to(circle, DOWN)',
        "group = VGroup(circle, text)",
        "self.play(Create(circle))",
        "self.play(Write(text))",
        "self.play(group.animate.shift([-3, 0, 0]))",
    ],
    "three squares in a row. The squares move to the left edge.": [
        "square_1 = Square(side_length=1.5)",
        "square_2 = Square(side_length=1.5)",
        "square_3 = Square(side_length=1.5)",
        f"squares = {ROW}.arrange(RIGHT, buff=0.5)",
        "self.play(Create(squares))",
        "self.play(squares.animate.move_to([-3.86, 0, 0]))",
    ],
    "a red circle and a blue circle. Both circles move to the right.": [
        "circle_1 = Circle(radius=0.8, color=RED).move_to([-3.56, 0, 0])",
        "circle_2 = Circle(radius=0.8, color=BLUE).move_to([3.56, 0, 0])",
        "circles = VGroup(circle_1, circle_2)",
        "self.play(Create(circles))",
        "self.play(circles.animate.shift([2, 0, 0]))",
    ],
    "three stars in a row. They shrink and move down.": [
        "star_1 = Star(outer_radius=0.9)",
        "star_2 = Star(outer_radius=0.9)",
        "star_3 = Star(outer_radius=0.9)",
        "stars = VGroup(star_1, star_2, star_3).arrange(RIGHT, buff=0.5)",
        "self.play(Create(stars))",
        "self.play(star_1.animate.scale(0.5), star_2.animate.scale(0.5), star_3.animate.scale(0.5))",
        "self.play(stars.animate.shift([0, -2, 0]))",
    ],
}
# Each ends with all of its objects where the outcome has them.
FURTHER = (
    "a row of four dots below a blue circle. The dots move down.",
    "three dots in a row. Move the middle one up. The dots move 2 units to the right.",
    "a circle on the left and a square on the right. Both move towards the centre.",
    "three squares in a row. The first square turns into a circle. The other squares move up.",
    "a big square and a small red circle in front of it. Both move right.",
    "a red circle next to a blue square. The circle moves up.",
    "three circles in a row, a title 'S' at the top. The circles move to the right edge. The title fades.",
    "a row of three circles. The circles move to the right while a square appears.",
)


@pytest.mark.parametrize(("description", "expected"), MOVED.items())
def test_what_is_named_together_is_a_group_that_changes_as_one(description, expected):
    assert body(description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        (
            "a triangle above a square. The square fades out.",
            [
                "triangle = Triangle(radius=0.9).move_to([0, 0.96, 0])",
                "square = Square(side_length=1.5).next_to(triangle, DOWN, buff=0.49)",
            ],
        ),
        (
            "a red circle next to a blue square",
            [
                "circle = Circle(radius=0.8, color=RED).move_to([1.02, 0, 0])",
                "square = Square(side_length=1.5, color=BLUE).next_to(circle, LEFT, buff=0.49)",
            ],
        ),
        (
            # How high the text is depends on the installed fonts.
            "a text 'A' above a square",
            [
                'text = Text("A", font_size=33).move_to([0, 0.59, 0])',
                "square = Square(side_length=1.5).move_to([0, -0.59, 0])",
            ],
        ),
    ],
)
def test_the_second_of_two_is_placed_next_to_the_first(description, expected):
    assert [line for line in body(description) if " = " in line] == expected


def placed(type_, x, y, width=1.0, height=1.0):
    return Object(type=type_, x=x, y=y, z=0, width=width, height=height)


@pytest.mark.parametrize(
    ("members", "calls"),
    [
        ([placed("square", x, 0) for x in (-2, -0.5, 1)], ".arrange(RIGHT, buff=0.5).move_to([-0.5, 0, 0])"),
        ([placed("square", 0, 1.25), placed("circle", 0, 0), placed("dot", 0, -1.25)], ".arrange(DOWN)"),
        (
            [placed("square", x, y) for y in (1, -1) for x in (-1.5, 0, 1.5)],
            ".arrange_in_grid(rows=2, cols=3, buff=(0.5, 1))",
        ),
        # Ten gaps of 0.265 would be taken for 0.25 each, and the ends be 0.07 away from where they are.
        ([placed("square", 1.265 * x, 0) for x in range(-4, 6)], None),
        ([placed("square", x, 0) for x in (-2, -0.5, 1.2)], None),
        ([placed("text", x, 0) for x in (-2, -0.5, 1)], None),
        ([placed("square", x, y) for y in (1, -1) for x in (-1.5, 0, 1.5 + y / 4)], None),
    ],
)
def test_members_are_arranged_where_that_leaves_them_in_their_places(members, calls):
    assert arranged(members) == calls


def test_a_simple_scene_has_no_groups():
    assert "VGroup" not in "\n".join(body("three squares in a row. The row moves up.", complexity="simple"))


def test_what_is_drawn_over_a_member_keeps_it_out_of_a_group():
    # Manim would draw the group above the text as soon as it moves.
    lines = body(
        "a circle, a square next to it, a text 'Hi' inside the circle. The circle and the square move up."
    )
    moved = ", ".join(f"{name}.animate.shift([0, 2, 0])" for name in ("circle", "square", "text"))
    assert lines[-1] == f"self.play({moved})"
    assert not any("VGroup" in line for line in lines)


def test_what_changes_twice_at_once_is_one_animation_of_each_without_a_group_too():
    # Manim plays the last of two animations of an object only.
    lines = body(
        "a circle, a square next to it, a text 'Hi' inside the circle. "
        "The circle and the square move up while they turn red."
    )
    assert lines[-1] == (
        "self.play(circle.animate.shift([0, 2, 0]).set_color(RED), "
        "square.animate.shift([0, 2, 0]).set_color(RED), text.animate.shift([0, 2, 0]))"
    )


@pytest.mark.manim
@pytest.mark.parametrize("style", ["3b1b", "static", "write-on"])
@pytest.mark.parametrize("description", [*MOVED, *FURTHER])
def test_everything_ends_where_it_ends_without_groups(run, description, style):
    result, plain = made(description, style=style), made(description, style=style, complexity="simple")
    assert result.outcome.layout == plain.outcome.layout
    left = run(result.code, play=True)
    family = [part for mobject in left["self"].mobjects for part in mobject.get_family()]
    assert {name for name in result.names if left[name] in family} == set(result.outcome.names)
    for name, place in result.outcome.names.items():
        item = result.outcome.layout.objects[place]
        # Of a star, Manim's centre is that of its box too.
        assert left[name].get_center()[:2] == pytest.approx((item.x, item.y), abs=0.02), name
        assert left[name].width == pytest.approx(item.width, abs=0.02), name
