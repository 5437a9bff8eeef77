"""The pipeline, with scripted generators and a scripted validator."""

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
from jepamine.manim.text.parse import read
from jepamine.manim.validation.check_answer import Answer, Found, Problem
from jepamine.manim.validation.scene_report import report
from jepamine.sandbox.protection import POWERS, Protection

SAFE = Protection(7, True, False, True, ("AS",), POWERS)


class Scripted:
    """A generator that returns one given code per attempt, and records the readings it gets."""

    def __init__(self, *codes):
        self.codes, self.readings = codes, []

    def generate(self, layout, description, *, attempt=0, reading=None):
        self.readings.append(reading)
        return Generated(self.codes[attempt], {"circle": 0})


class TwoFaults:
    """A generator of two objects: the first raises an error, the second is misplaced."""

    def generate(self, layout, description, *, attempt=0, reading=None):
        lines = "circle = wrong()\n        square = far()"
        return Generated(code(lines).replace("(circle)", "(circle, square)"), {"circle": 0, "square": 1})


class FakeValidator:
    """A validator: "wrong" in code raises in line 6, "far" is 2 units off, "none" draws nothing.

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


def open_pipeline(*codes, reader=None, tries=2):
    generators = {"template": template(), "mine": Scripted(*codes)}
    return Pipeline(FakeValidator(), reader, lambda name, style, complexity: generators[name], tries)


def tries_of(result):
    return [(item.generator, item.attempt, item.repaired, item.problem) for item in result.tries]


def test_code_that_passes_is_returned():
    result = open_pipeline(code("circle = Circle()")).make(Request("a circle", generator="mine"))
    assert result.generator == "mine"
    assert result.tries == (Try("mine", 0, (), None),)
    assert "circle = Circle()" in result.code
    assert (result.layout_from, result.confidence) == ("text", 1.0)


def test_the_description_is_parsed_once_and_passed_to_the_generator():
    generator = Scripted(code("circle = Circle()"))
    Pipeline(FakeValidator(), None, lambda *_: generator).make(Request("a circle", generator="mine"))
    assert generator.readings == [read("a circle")]


def test_a_line_that_fails_is_repaired():
    result = open_pipeline(code("circle = wrong()")).make(Request("a circle", generator="mine"))
    assert tries_of(result) == [
        ("mine", 0, (), "line 6: NameError: wrong"),
        ("mine", 0, ("circle",), None),
    ]
    assert "circle = Circle(radius=0.8).move_to(ORIGIN)" in result.code


def test_an_object_of_the_wrong_type_is_repaired():
    result = open_pipeline(code("circle = star()")).make(Request("a circle", generator="mine"))
    assert tries_of(result) == [
        ("mine", 0, (), "object 1 of the layout (circle) is drawn as star"),
        ("mine", 0, ("circle",), None),
    ]


def test_a_fault_hidden_by_an_error_is_repaired_after_it():
    result = Pipeline(FakeValidator(), None, lambda *_: TwoFaults(), 1).make(
        Request("a circle left of a square", generator="mine")
    )
    assert tries_of(result) == [
        ("mine", 0, (), "line 6: NameError: wrong"),
        ("mine", 0, ("circle",), "object 2 of the layout (square) is 2.00 units from its place"),
        ("mine", 0, ("circle", "square"), None),
    ]


def test_code_that_cannot_be_repaired_is_attempted_again():
    result = open_pipeline(code("pass  # wrong"), code("circle = Circle()")).make(
        Request("a circle", generator="mine")
    )
    assert tries_of(result) == [("mine", 0, (), "line 6: NameError: wrong"), ("mine", 1, (), None)]


def test_template_is_the_fallback_and_the_result_lists_the_rejected_tries():
    result = open_pipeline(code("pass  # far"), code("pass  # none")).make(
        Request("a circle", generator="mine")
    )
    assert result.generator == "template"
    assert [(item.generator, item.problem) for item in result.tries] == [
        # No line of it assigns the circle, so there is nothing to repair.
        ("mine", "object 1 of the layout (circle) is 2.00 units from its place"),
        ("mine", "object 1 of the layout (circle) is missing"),
        ("template", None),
    ]


SEEN = Layout((Object("circle", 3, 1, 0, 1, 1, 0.75),))


def reader_of(seen=SEEN):
    return LayoutReader((9, 16), lambda frame: seen, lambda text: Layout(SEEN.objects * len(text.split())))


def png():
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (16, 9)).save(buffer, "PNG")
    return buffer.getvalue()


def test_an_image_alone_is_enough():
    result = open_pipeline(reader=reader_of()).make(Request(image=png()))
    assert (result.layout_from, result.confidence) == ("image", 0.75)
    assert "circle = Circle(radius=0.5).move_to([3, 1, 0])" in result.code


def test_edges_are_those_of_the_image_in_its_own_size():
    import io

    from PIL import Image, ImageDraw

    image, content = Image.new("RGB", (640, 360)), io.BytesIO()
    # From (1, -1) to (3, 1): 45 pixels are a unit.
    ImageDraw.Draw(image).rectangle((320 + 45, 135, 320 + 135 - 1, 224), fill="white")
    image.save(content, "PNG")
    read = Layout((Object("text", 2.02, 0.01, 0, 1.95, 2.04),))
    reader = LayoutReader((144, 256), lambda frame: read, lambda text: read)
    (item,) = (
        open_pipeline(reader=reader).make(Request(image=content.getvalue(), layout="image")).layout.objects
    )
    assert item.box == pytest.approx((2, 0, 2, 2), abs=0.01)


def test_objects_that_the_layout_run_leaves_out_are_noted():
    seen = Layout(SEEN.objects, more=True)
    result = open_pipeline(reader=reader_of(seen)).make(Request(image=png()))
    assert [item.reason for item in result.not_understood] == [
        "the image shows more objects than the layout run returns"
    ]
    assert result.to_json()["layout"]["more"] is True


def test_with_both_the_image_gives_positions():
    result = open_pipeline(reader=reader_of()).make(Request("a red circle and a star", png()))
    assert result.layout_from == "image and text"
    assert "circle = Circle(radius=0.5, color=RED).move_to([3, 1, 0])" in result.code
    assert [item.reason for item in result.not_understood] == [
        "not seen in the image, placed by the description: star"
    ]


def test_a_layout_can_come_from_clip_features_of_the_description():
    result = open_pipeline(reader=reader_of()).make(Request("a circle", layout="clip-text"))
    assert (result.layout_from, len(result.layout.objects)) == ("clip-text", 2)


@pytest.mark.parametrize(
    ("request_", "reader", "message"),
    [
        (Request(), None, "describe the scene, give an image of it, or both"),
        (Request("   "), None, "describe the scene"),
        (Request(image=b"x"), None, "reading a layout from an image needs a trained layout run: name it"),
        (Request(image=b"x"), reader_of(), "image: not an image"),
        (Request(image=png()), reader_of(Layout(())), "the layout run finds no object in the image"),
        (
            Request("a circle", layout="image"),
            reader_of(),
            "the layout is to come from an image, and none is given",
        ),
        (
            Request(image=png(), layout="text"),
            reader_of(),
            "the layout is to come from the description, which is",
        ),
        (Request("a circle", layout="clip-text"), None, "'clip-text' needs a description and a layout run"),
        (Request("hello there"), None, "no object found in 'hello there'"),
    ],
)
def test_unusable_requests_are_errors(request_, reader, message):
    with pytest.raises(UserError, match=message):
        open_pipeline(reader=reader).make(request_)


def test_words_that_were_not_understood_lower_the_confidence_and_are_reported():
    result = open_pipeline().make(Request("a circle and my dog"))
    assert [item.text for item in result.not_understood] == ["my dog"]
    assert result.confidence == pytest.approx(1 - 6 / 19)
