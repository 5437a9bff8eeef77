"""Code that got past the allow-list and has all of Python: what it can make a report say."""

from __future__ import annotations

import io
import json
import textwrap

import numpy as np
import pytest
from PIL import Image

from jepamine.manim.validation.check_answer import Answer, Found, Look, Made
from jepamine.manim.validation.plausible import objection

pytestmark = pytest.mark.manim
HEAD = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
CIRCLE = "circle = Circle(color=WHITE, fill_opacity=1)\nself.add(circle)\n"
OBJECT = {"name": "circle", "box": [3.0, 0.0, 2.0, 2.0], "shown": True, "parts_of": [], "type": "circle"}
FORGED = json.dumps(
    {
        "confinement": {},
        "answer": {
            "problems": [],
            "scene": "GeneratedScene",
            "objects": [{**OBJECT, "text": None, "color": "#FFFFFF"}],
            "moments": [],
            "preview": None,
        },
    }
)


def run(opened, body, preview=320):
    code = HEAD + textwrap.indent(body, " " * 8)
    return opened.validate(code, check=False, preview=preview)


def test_an_answer_written_to_every_descriptor_is_not_taken(opened):
    write = f"import os\nfor number in range(64):\n    try:\n        os.write(number, {FORGED.encode()!r})\n"
    report = run(opened, CIRCLE + write + "    except OSError:\n        pass\nos._exit(0)\n")
    assert [one.kind for one in report.problems] == ["crashed"]
    assert report.objects == ()


def test_what_measures_and_paints_is_out_of_reach_of_the_code(opened):
    patch = """
import jepamine.manim.validation.judge as redraw, jepamine.manim.validation.judge as judge
import jepamine.manim.validation.measure as measure, sys
redraw.boxes = measure.boxes = lambda *_: {"circle": [3.0, 0.0, 2.0, 2.0]}
redraw.png = lambda *_: "AAAA"
judge.judge = sys.modules["jepamine.manim.validation.scene_task"].judge = lambda *_: {"problems": []}
"""
    report = run(opened, CIRCLE + patch)
    assert report.objects[0].box == (0.0, 0.0, 2.0, 2.0)
    assert lit(report).mean(axis=1).round() == pytest.approx([90, 160], abs=1)


def test_a_drawing_that_is_moved_moves_the_picture_with_the_boxes(opened):
    patch = """
import jepamine.manim.validation.run_scene as run, jepamine.manim.validation.drawing as drawing
def moved(scene, objects):
    objects["circle"].shift(3 * RIGHT)
    return drawing.drawing(scene, objects)
run.drawing = moved
"""
    report = run(opened, CIRCLE + patch)
    assert report.objects[0].box == (3.0, 0.0, 2.0, 2.0)
    assert lit(report).mean(axis=1).round() == pytest.approx([90, 160 + 320 * 3 / 14.222], abs=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("said['objects']['bomb'] = said['objects'].pop('circle')", "it does not say where its objects are"),
        ("said['drawing']['objects']['circle'] = [7]", "parts that do not exist"),
        ("said['drawing']['objects']['circle'] = [-1]", "parts that do not exist"),
        ("said['drawing']['camera']['width'] = float('nan')", "cannot be read"),
        ("said['drawing']['camera']['pixels'] = [320, 10**9]", "cannot be read"),
        ("said['drawing']['parts'][0]['points'] = 'AAAA'", "ValueError"),
        ("said['scene'] = 'Other'", "its answer is about the scene Other, which is not in the code"),
        (
            "for part in (said, said['drawing']): part['objects']['bomb'] = part['objects'].pop('circle')",
            "its answer is about the object bomb, which is not in the code",
        ),
    ],
)
def test_a_statement_that_cannot_be_is_a_problem(change, message, opened):
    patch = f"""
import json
dumps = json.dumps
def change(value, **named):
    if 'answer' in value:
        said = value['answer']
        {change.replace("bomb", "bo' + 'mb").replace("'Other'", "'Oth' + 'er'")}
        named['allow_nan'] = True
    return dumps(value, **named)
json.dumps = change
"""
    report = run(opened, CIRCLE + patch)
    assert [message in one.message for one in report.problems] == [True], report.problems


def lit(report):
    """Rows and columns of the pixels that are not black."""
    pixels = np.asarray(Image.open(io.BytesIO(report.preview)).convert("L"))
    return np.array(np.nonzero(pixels > 100))


CODE = HEAD + "        dots = [Dot()]\n        self.title = Text('a')\n"


@pytest.mark.parametrize(
    "name", ["dots[0]", "dots[0][1]", "dots['a]\\n']", "self.title", "self.camera", "Circle without a name 2"]
)
def test_names_that_code_can_give_are_plausible(name):
    assert objection(answer(name), CODE, {}) is None


@pytest.mark.parametrize("name", ["dot", "dots.x", "self.other", "", "Dot()", "x without a name y", "dots[0"])
def test_other_names_are_not(name):
    assert "which is not in the code" in objection(answer(name), CODE, {})


@pytest.mark.parametrize("looks", [((2, 0.25), (1, 0.5)), ((1, 0.25), (1, 0.25)), ((0, 0.25),), ((1, 0.3),)])
def test_animations_are_in_order(looks):
    moments = tuple(Look(play, None, share, {}, {}) for play, share in looks)
    assert objection(Answer((), "GeneratedScene", (), moments), CODE, {}) == "animations out of order"


def test_a_line_is_one_of_the_code():
    moments = (Look(1, 99, 0.25, {}, {}),)
    assert objection(Answer((), "GeneratedScene", (), moments), CODE, {}) == "line 99 of 8"


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (Made("", 8, 6), None),
        (Made("shapes", 3, 8), None),
        (Made("", 9, None), "an object that no line makes"),
        (Made("", 0, None), "an object that no line makes"),
        (Made("", 8, 12_000), "an object that no line makes"),
        (Made("shapes", 4, None), "an object that no line makes"),
        (Made("other", 1, None), "an object that no line makes"),
    ],
)
def test_an_object_is_made_by_a_line_that_is_there(made, message):
    modules = {"shapes": "from manim import *\ndot = Dot()"}
    assert objection(answer("dots[0]", made), CODE, modules) == message
    moment = Look(1, None, 0.25, {"dots[0]": (0, 0, 1, 1)}, {}, {"dots[0]": made})
    assert objection(Answer((), "GeneratedScene", (), (moment,)), CODE, modules) == message


def answer(name, made=None):
    found = Found(name, (0.0, 0.0, 1.0, 1.0), True, (), None, None, None, made)
    return Answer((), "GeneratedScene", (found,))
