"""Descriptions in which things happen: the lines that are played, and what is where at the end."""

import pytest

from jepamine.manim.generators.template import template
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange


def generated(description, style="3b1b"):
    reading = read(description)
    assert reading.not_understood == ()
    return template(style=style).generate(arrange(reading), description, reading=reading)


def played(description):
    lines = [line.strip() for line in generated(description).code.splitlines()]
    return [line.removeprefix("self.") for line in lines if line.startswith("self.")][:-1]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        (
            "a red circle moves to the right",
            ["play(Create(circle))", "play(circle.animate.shift([2, 0, 0]))"],
        ),
        (
            "a blue square moves up while it rotates by 45 degrees",
            ["play(Create(square))", "play(square.animate.shift([0, 2, 0]).rotate(45 * DEGREES))"],
        ),
        ("text saying 'Hi' slides in from the left side", ["play(FadeIn(text, shift=3 * RIGHT))"]),
        (
            "a circle and a square move towards each other",
            [
                "play(Create(circle))",
                "play(Create(square))",
                "play(circle.animate.shift([3.79, 0, 0]), square.animate.shift([-3.79, 0, 0]))",
            ],
        ),
        (
            "two squares move apart",
            [
                "play(Create(squares))",
                "play(square_1.animate.shift([-2, 0, 0]), square_2.animate.shift([2, 0, 0]))",
            ],
        ),
        (
            "write 'Step 1' then replace it by 'Step 2'",
            ["play(Write(text_1))", "play(ReplacementTransform(text_1, text_2))"],
        ),
        (
            "a circle turns into a square, then into a star",
            [
                "play(Create(circle))",
                "play(ReplacementTransform(circle, square))",
                "play(ReplacementTransform(square, star))",
            ],
        ),
        (
            "a circle changes its color from red to blue to green",
            [
                "play(Create(circle))",
                "play(circle.animate.set_color(BLUE))",
                "play(circle.animate.set_color(GREEN))",
            ],
        ),
        (
            "a circle and its radius, the radius rotates",
            [
                "play(Create(circle))",
                "play(Create(line))",
                "play(Rotate(line, angle=90 * DEGREES, about_point=circle.get_center()))",
            ],
        ),
        (
            "a red circle fades into a blue square",
            ["play(Create(circle))", "play(ReplacementTransform(circle, square))"],
        ),
        (
            "a square turns 90 degrees to the left",
            ["play(Create(square))", "play(Rotate(square, angle=90 * DEGREES))"],
        ),
        (
            "a square rotates to the right by 45 degrees",
            ["play(Create(square))", "play(Rotate(square, angle=-45 * DEGREES))"],
        ),
        (
            "the circle rotates around the square and the star around the dot",
            [
                "play(Create(circle))",
                "play(Create(square))",
                "play(Create(star))",
                "play(FadeIn(dot))",
                "play(Rotate(circle, angle=360 * DEGREES, about_point=square.get_center()), "
                "Rotate(star, angle=360 * DEGREES, about_point=dot.get_center()))",
            ],
        ),
        (
            "show the word 'Hello', then underline it",
            ["play(Write(text))", "play(Create(line))"],
        ),
        ("cross out the word 'wrong'", ["play(Write(text))", "play(Create(line))"]),
        (
            "a number line from 0 to 10 with a dot at 7 that moves to 3",
            [
                "play(Create(number_line))",
                "play(FadeIn(dot))",
                "play(dot.animate.move_to(number_line.n2p(3)))",
            ],
        ),
        (
            "a ball drops from the top, lands on a grey line at the bottom",
            [
                "play(Create(circle))",
                "play(circle.animate.shift([0, -2, 0]))",
                "play(Create(line))",
                "play(circle.animate.next_to(line, UP))",
            ],
        ),
        (
            "rotate a rectangle 30 degrees counterclockwise about its lower left corner",
            [
                "play(Create(rectangle))",
                "play(Rotate(rectangle, angle=30 * DEGREES, about_point=rectangle.get_corner(DL)))",
            ],
        ),
        (
            "text 'A' on the left, text 'B' on the right, they swap places in 2 seconds",
            ["play(Write(text_1))", "play(Write(text_2))", "play(Swap(text_1, text_2), run_time=2)"],
        ),
        (
            "a star spins three times, then blinks twice",
            [
                "play(Create(star))",
                "play(Rotate(star, angle=1080 * DEGREES))",
                "play(Indicate(star))",
                "play(Indicate(star))",
            ],
        ),
        (
            "draw a circle. highlight the circle in red",
            ["play(Create(circle))", "play(Indicate(circle, color=RED))"],
        ),
        (
            "a red square turns into a blue circle, then a green star",
            [
                "play(Create(square))",
                "play(ReplacementTransform(square, circle))",
                "play(ReplacementTransform(circle, star))",
            ],
        ),
        (
            "Move a dot along the points (0, 0), (2, 1), (3, -1)",
            [
                "play(FadeIn(dot))",
                "play(dot.animate.move_to([2, 1, 0]))",
                "play(dot.animate.move_to([3, -1, 0]))",
            ],
        ),
        (
            "a circle moves slowly from (-3, 0) to (3, 1)",
            ["play(Create(circle))", "play(circle.animate.move_to([3, 1, 0]), run_time=3)"],
        ),
        (
            "Animte a blue sqaure that moves form left to right",
            ["play(Create(square))", "play(square.animate.move_to([5.86, 0, 0]))"],
        ),
        (
            "a circle on the left. Move it 3 units to the right in 2 seconds. Then it fades out.",
            [
                "play(Create(circle))",
                "play(circle.animate.shift([3, 0, 0]), run_time=2)",
                "play(FadeOut(circle))",
            ],
        ),
        (
            "Create a blue square, then rotate it by 45 degrees, then scale it by 2",
            [
                "play(Create(square))",
                "play(Rotate(square, angle=45 * DEGREES))",
                "play(square.animate.scale(2))",
            ],
        ),
        (
            "a square transforms into a circle",
            ["play(Create(square))", "play(ReplacementTransform(square, circle))"],
        ),
        (
            "a red circle and a blue square; the circle moves up while the square moves down",
            [
                "play(Create(circle))",
                "play(Create(square))",
                "play(circle.animate.shift([0, 2, 0]), square.animate.shift([0, -2, 0]))",
            ],
        ),
        (
            "a blue circle fades in, then a red square appears to the right of it, then both fade out",
            ["play(FadeIn(circle))", "play(Create(square))", "play(FadeOut(group))"],
        ),
        (
            "a circle. Turn it green. Wait 2 seconds. Then a square appears below it.",
            [
                "play(Create(circle))",
                "play(circle.animate.set_color(GREEN))",
                "wait(2)",
                "play(Create(square))",
            ],
        ),
        (
            'Write the text "Hello" and fade it out after 2 seconds',
            ["play(Write(text))", "wait(2)", "play(FadeOut(text))"],
        ),
        (
            "three dots in a row. Highlight the middle one.",
            ["play(FadeIn(dots))", "play(Indicate(dot_2))"],
        ),
    ],
)
def test_what_happens_is_played_in_the_order_of_the_description(description, expected):
    assert played(description) == expected


def test_the_outcome_is_where_everything_is_at_the_end():
    outcome = generated(
        "a circle in the centre and a square on the left. The circle moves 2 units up."
    ).outcome
    assert {name: outcome.layout.objects[place].box[:2] for name, place in outcome.names.items()} == {
        "circle": (0.0, 2.0),
        "square": (-4.69, 0.0),
    }


def test_what_fades_out_is_not_there_at_the_end_and_its_steps_know_when_it_was():
    outcome = generated("a circle. It fades out. Then a star appears.").outcome
    assert [item.type for item in outcome.layout.objects] == ["star"]
    assert [sorted(step.shown) for step in outcome.steps] == [["circle"], [], ["star"], ["star"]]


def test_what_something_turns_into_takes_its_place():
    outcome = generated("a square at the top. The square transforms into a circle.").outcome
    (circle,) = outcome.layout.objects
    assert (circle.type, circle.x) == ("circle", 0.0)
    assert circle.y > 2


def test_what_orbits_turns_around_the_other_and_comes_back():
    reading = read("a red dot orbits a blue circle twice")
    layout = arrange(reading)
    made = template().generate(layout, reading.description, reading=reading)
    assert "self.play(Rotate(dot, angle=720 * DEGREES, about_point=circle.get_center()))" in made.code
    ends = made.outcome.layout.objects[made.outcome.names["dot"]]
    assert (ends.x, ends.y) == pytest.approx((layout.objects[0].x, layout.objects[0].y))
    assert ends.x > layout.objects[1].x + layout.objects[1].width / 2


def test_what_follows_a_graph_ends_at_its_last_value():
    made = generated("plot y = x^2 from -1 to 2 with a dot moving along it")
    assert "self.play(MoveAlongPath(dot, function_graph))" in made.code
    shown = {name: made.outcome.layout.objects[place] for name, place in made.outcome.names.items()}
    graph, dot = shown["function_graph"], shown["dot"]
    assert (dot.x, dot.y) == pytest.approx((graph.x + graph.width / 2, graph.y + graph.height / 2))


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("a square grows to twice its size to the right", "to the right"),
        ("a square disappears to the left", "to the left"),
        ("a circle. Rotate it by 45 degrees to the top", "to the top"),
    ],
)
def test_what_changes_nothing_of_what_happens_is_noted(description, words):
    assert [item.text for item in read(description).not_understood] == [words]


@pytest.mark.parametrize(
    ("description", "last"),
    [
        ("an arrow pushes a box to the right", "play(group.animate.shift([2, 0, 0]))"),
        ("a circle kicks a square to the right", "play(square.animate.shift([2, 0, 0]))"),
        ("a box, push it up by 1", "play(rectangle.animate.shift([0, 1, 0]))"),
        (
            "a square, then an arrow appears on its left and pushes it to the right",
            "play(group.animate.shift([2, 0, 0]))",
        ),
    ],
)
def test_what_is_pushed_moves_and_what_pushes_goes_with_it(description, last):
    assert played(description)[-1] == last


@pytest.mark.parametrize(("verb", "side"), [("pushes", "left"), ("pulls", "right")])
def test_what_pushes_is_behind_and_what_pulls_is_before(verb, side):
    pusher, square = arrange(read(f"a circle {verb} a square to the right")).objects
    assert (pusher.x < square.x) == (side == "left")


@pytest.mark.parametrize(
    ("description", "last"),
    [
        ("a dot moves in a circle", "play(Rotate(dot, angle=360 * DEGREES, about_point=[0, 0, 0]))"),
        (
            "move a square in a circle around the origin",
            "play(Rotate(square, angle=360 * DEGREES, about_point=[0, 0, 0]))",
        ),
        ("a circle moves from the left edge to the right edge", "play(circle.animate.move_to([5.81, 0, 0]))"),
    ],
)
def test_ways_around_and_across_the_frame(description, last):
    assert played(description)[-1] == last
