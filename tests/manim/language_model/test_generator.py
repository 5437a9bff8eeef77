"""The generator `llm` in the pipeline: recorded answers of a model, and the real check."""

from __future__ import annotations

import json

import pytest

from jepamine.errors import UserError
from jepamine.manim.generation.pipeline import Pipeline
from jepamine.manim.generation.request import Request
from jepamine.manim.generators.protocol import Usage
from jepamine.manim.generators.template import template
from jepamine.manim.language_model.generator import LanguageModel, code_of, llm
from jepamine.manim.validation.validator import validator
from jepamine.sandbox.limits import Limits

pytest.importorskip("manim", reason="Manim is not installed")

PLAN = json.dumps(
    {
        "objects": [
            {"name": "ball", "type": "circle", "color": "RED", "x": -3, "y": 0, "width": 2, "height": 2},
            {"name": "box", "type": "square", "color": "BLUE", "x": 3, "y": 0, "width": 2, "height": 2},
        ],
        "steps": [{"action": "draw both", "objects": ["ball", "box"], "seconds": 2}],
    }
)
HEAD = "from manim import *\n\n\nclass Demo(Scene):\n    def construct(self):\n"


def written(*lines):
    body = "".join(f"        {line}\n" for line in lines)
    return f"Sure!\n```python\n{HEAD}{body}```"


BALL = "ball = Circle(radius=1, color=RED).move_to([-3, 0, 0])"
BOX = "box = Square(2, color=BLUE).move_to([3, 0, 0])"
SHOW = "self.play(Create(ball), Create(box))"
GOOD = written(BALL, BOX, SHOW)
ASKED = Request("a ball meets a box in a way that nobody has described before", generator="llm")


@pytest.fixture(scope="module")
def checker():
    with validator() as opened:
        yield opened


@pytest.fixture
def pipeline(checker, chat):
    generators = {"template": template(), "llm": LanguageModel(chat, (1.0, 2.0))}
    return Pipeline(checker, None, lambda name, style, complexity: generators[name], 3)


@pytest.mark.slow
def test_a_plan_and_code_that_keeps_it_are_handed_out_with_what_they_took(server, pipeline):
    server.answers = [PLAN, GOOD]
    result = pipeline.make(ASKED)
    assert "class GeneratedScene(Scene):" in result.code
    assert (result.layout_from, result.names) == ("plan", {"ball": 0, "box": 1})
    assert result.usage == Usage(2, 0, 20, 40, pytest.approx(1e-4))
    assert server.requests[0]["response_format"]["json_schema"]["strict"] is True


def test_what_the_check_finds_goes_back_to_the_model_until_the_code_passes(server, pipeline):
    wrong = BOX.replace("[3, 0, 0]", "[3, 3, 0]")
    server.answers = [PLAN, written(BALL, "box = Sqare()", SHOW), written(BALL, wrong, SHOW), GOOD]
    result = pipeline.make(ASKED)
    problems = [item.problem for item in result.tries]
    assert problems[0].startswith("line 7: ")
    assert problems[1:] == ["object 2 of the layout (square) is 3.00 units from its place", None]
    complaint = server.requests[-1]["messages"][-1]["content"]
    assert "- object 2 of the layout (square) is 3.00 units from its place\n" in complaint
    assert "- measured: box has its centre at (3.00, 3.00) and is 2.00 x 2.00\n" in complaint


def test_objects_that_leave_the_frame_or_overlap_against_the_plan_are_not_accepted(server, pipeline):
    label = 'label = Text("far away").move_to([7, 3, 0])'
    large = BALL.replace("radius=1", "radius=3").replace("-3, 0", "-2.6, 0")
    server.answers = [
        PLAN,
        written(BALL, BOX, label, "self.add(ball, box, label)"),
        written(large, BOX.replace("(2", "(6"), SHOW),
        GOOD,
    ]
    first, second, third = (item.problem for item in pipeline.make(ASKED).tries)
    assert first.startswith("label leaves the frame by ")
    assert "overlap" in second
    assert third is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "hostile",
    [
        'open("/etc/passwd")',
        "import os",
        "().__class__.__base__.__subclasses__()",
        'eval("1")',
        "while True: pass",
    ],
)
def test_nothing_unchecked_is_handed_out(server, pipeline, checker, hostile, monkeypatch):
    if hostile == "while True: pass":  # each of the three tries takes the whole deadline
        monkeypatch.setattr(checker, "_limits", Limits(deadline=2.0))
    server.answers = [PLAN, *[written(BALL, BOX, hostile, SHOW)] * 3]
    with pytest.raises(UserError, match=r"none of the 3 tries of 'llm' passed the check; the last: line 8: "):
        pipeline.make(ASKED)


def test_a_layout_from_the_description_is_kept_and_falls_back_to_the_template(server, pipeline):
    server.answers = ["I am only a small model."] * 3
    result = pipeline.make(Request("a red circle left of a blue square", generator="llm", layout="text"))
    assert (result.generator, result.layout_from) == ("template", "text")
    assert [item.generator for item in result.tries] == ["llm"] * 3 + ["template"]


def test_a_plan_is_corrected_by_the_model_and_three_unusable_ones_are_an_error(server, pipeline):
    server.answers = ["no", PLAN, GOOD]
    assert pipeline.make(ASKED).usage.requests == 3
    server.answers = ["no", "never", "not at all"]
    with pytest.raises(UserError, match="none of 3 answers is a usable plan; the last: the answer holds no"):
        pipeline.make(Request("something else that is new", generator="llm"))


def test_the_code_of_an_answer_is_its_longest_block_even_if_cut_off():
    answer = "Use `pip`:\n```\npip install manim\n```\nthen\n```python\nclass A(Scene):\n    x = A\n"
    assert code_of(answer) == "class GeneratedScene(Scene):\n    x = GeneratedScene\n"
    assert code_of("print(1)") == "print(1)\n"


def test_a_generator_without_a_model_says_how_to_name_one(tmp_path, monkeypatch):
    monkeypatch.delenv("JEPAMINE_LLM_MODEL", raising=False)
    with pytest.raises(UserError, match="--set model=NAME, or set JEPAMINE_LLM_MODEL"):
        llm(tmp_path)


@pytest.mark.parametrize("url", ["127.0.0.1:8000/v1", "foo bar", ""])
def test_a_base_url_without_a_scheme_is_an_error(tmp_path, url):
    with pytest.raises(UserError, match=r"^base_url: '.*' is not a URL; it begins with http:// or https://$"):
        llm(tmp_path, model="m", base_url=url)


def test_a_plan_that_reaches_the_most_tokens_names_the_setting(server, chat, stream):
    head = '{"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":'
    half = stream((head + '{"content": "{}"}}]}', head + '{}, "finish_reason": "length"}]}', "[DONE]"))
    server.answers = [half] * 3
    with pytest.raises(UserError, match=r"\(cut off at max_tokens = 500: --set max_tokens=N\); use --layout"):
        LanguageModel(chat, (0.0, 0.0)).plan("anything")
    assert [json.loads(path.read_text())["cut"] for path in chat._store.iterdir()] == [True] * 3
