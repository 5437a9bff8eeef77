"""The chain, with generators and a validator that do as they are told."""

from __future__ import annotations

import re

import pytest

from jepamine.errors import UserError
from jepamine.manim.generation.find_layout import LayoutReader
from jepamine.manim.generation.pipeline import Pipeline
from jepamine.manim.generation.request import Request, Try
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.generators.template import template
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.answer import Answer, Found, Problem
from jepamine.manim.validation.report import report
from jepamine.sandbox.protection import POWERS, Protection

SAFE = Protection(7, True, False, True, ("AS",), POWERS)


class Writes:
    """A generator that writes what it was told to, attempt by attempt."""

    def __init__(self, *codes):
        self.codes = codes

    def generate(self, layout, description, *, attempt=0):
        return Generated(self.codes[attempt], {"circle": 0})


class WritesTwo:
    """A generator of two objects, one wrong and one far off."""

    def generate(self, layout, description, *, attempt=0):
        lines = "circle = wrong()\n        square = far()"
        return Generated(code(lines).replace("(circle)", "(circle, square)"), {"circle": 0, "square": 1})


class Runs:
    """A validator: "wrong" in code raises in line 6, "far" stands 2 units off, "none" draws nothing.

    "star" in code draws a star.
    """

    protection = SAFE

    def validate(self, code, *, layout, names, preview):
        if "wrong" in code:
            return report(Answer((Problem("failed", 6, "NameError: wrong"),)), SAFE, 0.1, layout, names)

        def off(name):
            return 2.0 if re.search(rf"{name} = far|# far", code) else 0.0

        kind = "star" if "star" in code else None
        objects = [
            Found(name, (item.x + off(name), item.y, 1.0, 1.0), True, (), kind or item.type, None, None)
            for name, place in names.items()
            for item in [layout.objects[place]]
        ]
        objects = [] if "none" in code else objects
        return report(Answer((), "GeneratedScene", tuple(objects)), SAFE, 0.1, layout, names)


def code(line):
    head = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
    return f"{head}        {line}\n        self.add(circle)\n"


def chain(*codes, reader=None, tries=2):
    made = {"template": template(), "mine": Writes(*codes)}
    return Pipeline(Runs(), reader, lambda name, style, complexity: made[name], tries)


def tries_of(made):
    return [(one.generator, one.attempt, one.repaired, one.problem) for one in made.tries]


def test_code_that_holds_at_once_is_handed_out():
    made = chain(code("circle = Circle()")).make(Request("a circle", generator="mine"))
    assert made.generator == "mine"
    assert made.tries == (Try("mine", 0, (), None),)
    assert "circle = Circle()" in made.code
    assert (made.layout_from, made.confidence) == ("text", 1.0)


def test_a_line_that_fails_is_repaired():
    made = chain(code("circle = wrong()")).make(Request("a circle", generator="mine"))
    assert tries_of(made) == [
        ("mine", 0, (), "line 6: NameError: wrong"),
        ("mine", 0, ("circle",), None),
    ]
    assert "circle = Circle(radius=0.8).move_to(ORIGIN)" in made.code


def test_an_object_of_another_type_is_drawn_anew():
    made = chain(code("circle = star()")).make(Request("a circle", generator="mine"))
    assert tries_of(made) == [
        ("mine", 0, (), "object 1 of the layout (circle) is drawn as star"),
        ("mine", 0, ("circle",), None),
    ]


def test_what_an_error_hid_is_repaired_after_it():
    made = Pipeline(Runs(), None, lambda *_: WritesTwo(), 1).make(
        Request("a circle left of a square", generator="mine")
    )
    assert tries_of(made) == [
        ("mine", 0, (), "line 6: NameError: wrong"),
        ("mine", 0, ("circle",), "object 2 of the layout (square) is 2.00 units from its place"),
        ("mine", 0, ("circle", "square"), None),
    ]


def test_what_no_repair_mends_is_tried_again():
    made = chain(code("pass  # wrong"), code("circle = Circle()")).make(Request("a circle", generator="mine"))
    assert tries_of(made) == [("mine", 0, (), "line 6: NameError: wrong"), ("mine", 1, (), None)]


def test_template_writes_what_no_try_got_right_and_the_answer_says_why():
    made = chain(code("pass  # far"), code("pass  # none")).make(Request("a circle", generator="mine"))
    assert made.generator == "template"
    assert [(one.generator, one.problem) for one in made.tries] == [
        # No line of it assigns the circle, so there is nothing to repair.
        ("mine", "object 1 of the layout (circle) is 2.00 units from its place"),
        ("mine", "object 1 of the layout (circle) is missing"),
        ("template", None),
    ]


SEEN = Layout((Object("circle", 3, 1, 0, 1, 1, 0.75),))


def reader(seen=SEEN):
    return LayoutReader((9, 16), lambda frame: seen, lambda text: Layout(SEEN.objects * len(text.split())))


def png():
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (16, 9)).save(buffer, "PNG")
    return buffer.getvalue()


def test_an_image_alone_is_enough():
    made = chain(reader=reader()).make(Request(image=png()))
    assert (made.layout_from, made.confidence) == ("image", 0.75)
    assert "circle = Circle(radius=0.5).move_to([3, 1, 0])" in made.code


def test_with_both_the_image_says_where():
    made = chain(reader=reader()).make(Request("a red circle and a star", png()))
    assert made.layout_from == "image and text"
    assert "circle = Circle(radius=0.5, color=RED).move_to([3, 1, 0])" in made.code
    assert [item.reason for item in made.not_understood] == [
        "not seen in the image, placed by the description: star"
    ]


def test_features_of_the_description_can_be_asked_for():
    made = chain(reader=reader()).make(Request("a circle", layout="clip-text"))
    assert (made.layout_from, len(made.layout.objects)) == ("clip-text", 2)


@pytest.mark.parametrize(
    ("asked", "there", "said"),
    [
        (Request(), None, "give a description, an image, or both"),
        (Request("   "), None, "give a description, an image"),
        (Request(image=b"x"), None, "reading a layout from an image requires a trained layout run"),
        (Request(image=b"x"), reader(), "image: not an image"),
        (Request(image=png()), reader(Layout(())), "the layout run finds no object in the image"),
        (
            Request("a circle", layout="image"),
            reader(),
            "the layout should come from an image, and none",
        ),
        (
            Request(image=png(), layout="text"),
            reader(),
            "the layout should come from the description",
        ),
        (
            Request("a circle", layout="clip-text"),
            None,
            "'clip-text' requires a description and",
        ),
        (Request("hello there"), None, "no object found in 'hello there'"),
    ],
)
def test_what_nothing_can_be_made_of_is_told(asked, there, said):
    with pytest.raises(UserError, match=said):
        chain(reader=there).make(asked)


def test_words_that_were_not_understood_lower_the_confidence_and_are_told():
    made = chain().make(Request("a circle and my dog"))
    assert [item.text for item in made.not_understood] == ["my dog"]
    assert made.confidence == pytest.approx(1 - 6 / 19)
