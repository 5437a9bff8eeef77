"""Each object of a report has the line of the code that makes it, whatever made it."""

from __future__ import annotations

import pytest

from jepamine.manim.validation.report_text import summary

pytestmark = pytest.mark.manim
HELPER = """from manim import *


def badge(word):
    return VGroup(Circle(radius=0.5), Text(word))


class Card(Square):
    def __init__(self, word):
        super().__init__()
        self.word = word
"""


@pytest.fixture
def off_screen(opened):
    """Run code, and return the lines of what is off-screen in it."""

    def seen(code):
        report = opened.validate(f"from manim import *\n{code}", check=True, modules={"helper": HELPER})
        assert report.problems == ()
        said = [line for line in summary(report).splitlines() if "off-screen: " in line]
        return sorted(line.partition(", all of it")[0].partition(", by")[0] for line in said)

    return seen


def body(*lines):
    """Return a scene with these lines from line 4 on."""
    return "class S(Scene):\n    def construct(self):\n" + "".join(f"        {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ["self.add(Text('a'), Dot())", "self.add(Text('b').shift(9 * RIGHT), Text('c').shift(9 * LEFT))"],
            ["Text without a name 2 (line 5)", "Text without a name 3 (line 5)"],
        ),
        (
            ["dots = []", "for x in (0, 9):", "    dots.append(Dot().shift(x * RIGHT))", "self.add(*dots)"],
            ["dots[1] (line 6)"],
        ),
        (
            ["for x in (0, 9):", "    dot = Dot()", "    dot.shift(x * RIGHT)", "    self.add(dot)"],
            ["dot (line 5)"],
        ),
        (
            ["self.add(*[", "    Dot(x * RIGHT)", "    for x in (0, 8, 9)", "])"],
            ["Dot without a name 2 (line 5)", "Dot without a name 3 (line 5)"],
        ),
        (
            ["group = VGroup(", "    Dot(),", "    Dot(9 * UP),", ")", "self.add(group)"],
            ["group (line 4)"],
        ),
        # The first of two objects with one name is gone.
        (["c = Dot()", "c = Circle().shift(9 * UP)", "self.add(c)"], ["c (line 5)"]),
        # Words of a text look like code.
        (["'''", "c = 1", "'''", "c = Circle().shift(9 * UP)", "self.add(c)"], ["c (line 7)"]),
        (["a = Dot()", "b = a.copy().shift(9 * UP)", "self.add(a, b)"], ["b (line 5)"]),
        (["g = VGroup(Dot())", "a, = g.copy().shift(9 * UP)", "self.add(a)"], ["a (line 5)"]),
        (["c = Circle()", "c.become(Star().shift(9 * UP))", "self.add(c)"], ["c (line 4)"]),
        (
            ["a = Dot()", "a.generate_target().shift(9 * UP)", "self.add(a, a.target)"],
            ["Dot without a name (line 5)"],
        ),
        (["self.add(always_redraw(lambda: Dot(9 * UP)))"], ["Dot without a name (line 4)"]),
        (
            ["def make(x):", "    return Dot(x * UP)", "", "self.add(make(0), make(8))", "self.add(make(9))"],
            [
                "Dot without a name 2 (line 5, called in line 7)",
                "Dot without a name 3 (line 5, called in line 8)",
            ],
        ),
        (
            ["import helper", "self.add(helper.badge('a').shift(9 * UP))"],
            ["VGroup without a name (helper.py:5, called in line 5)"],
        ),
        (["import helper", "self.add(helper.Card('a').shift(9 * UP))"], ["Card without a name (line 5)"]),
    ],
)  # fmt: skip
def test_what_is_off_screen_has_the_line_that_makes_it(lines, said, off_screen):
    assert off_screen(body(*lines)) == [f"off-screen: {one}" for one in said]


def test_what_is_made_before_construct_has_no_line_of_construct(off_screen):
    code = "far = Dot(9 * UP)\nclass S(Scene):\n    def setup(self):\n        self.add(far, Dot(9 * DOWN))\n"
    assert off_screen(f"{code}    def construct(self):\n        self.wait()\n") == [
        "off-screen: Dot without a name (line 2)",
        "off-screen: Dot without a name 2 (line 5)",
    ]


def test_an_object_of_an_own_class_has_the_line_that_calls_the_class(off_screen):
    own = "class Card(VGroup):\n    def __init__(self):\n        super().__init__(Square())\n"
    method = "    def card(self):\n        return Card()\n"
    code = body("self.add(Card().shift(9 * UP))", "self.add(self.card().shift(9 * DOWN))")
    assert off_screen(own + code + method) == [
        "off-screen: Card without a name (line 7)",
        "off-screen: Card without a name 2 (line 10, called in line 8)",
    ]


def test_what_leaves_the_frame_on_the_way_has_its_line_and_that_of_the_animation(off_screen):
    lines = ["a = Dot()", "self.play(a.animate(rate_func=there_and_back).shift(12 * UP))"]
    assert off_screen(body(*lines)) == ["at 25% of animation 1 (line 5): off-screen: a (line 4)"]
