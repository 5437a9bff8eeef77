"""Good, bad and hostile answers of models: only what passed the check is handed out."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.manim.generation.pipeline import Pipeline
from jepamine.manim.generation.request import Request
from jepamine.manim.generators.protocol import NotGenerated
from jepamine.manim.generators.template import template
from jepamine.manim.language_model.generator import LanguageModel
from jepamine.manim.validation.validator import validator
from jepamine.sandbox.limits import Limits

pytest.importorskip("manim", reason="Manim is not installed")

CASES = tomllib.loads(Path(__file__).with_name("recorded_answers.toml").read_text())["case"]
PLAN = json.dumps(
    {
        "objects": [
            {"name": "ball", "type": "circle", "color": "RED", "x": -3, "y": 0, "width": 2, "height": 2},
            {"name": "box", "type": "square", "color": "BLUE", "x": 3, "y": 0, "width": 2, "height": 2},
        ],
        "steps": [{"action": "draw both", "objects": ["ball", "box"], "seconds": 2}],
    }
)
HEAD = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
GOOD = f"""{HEAD}        ball = Circle(radius=1, color=RED).move_to([-3, 0, 0])
        box = Square(2, color=BLUE).move_to([3, 0, 0])
        self.play(Create(ball), Create(box))
"""
ASKED = Request("a ball meets a box in a way that nobody has described before", generator="llm")


@pytest.fixture(scope="module")
def checker():
    with validator(limits=Limits(deadline=120.0)) as opened:
        yield opened


class Counted:
    """A validator that counts its runs."""

    def __init__(self, checker):
        self._checker, self.protection, self.runs = checker, checker.protection, 0

    def validate(self, code, **options):
        self.runs += 1
        return self._checker.validate(code, **options)


def scripted(answers):
    """Return the server's answers, the last one often enough for all tries."""
    known = {"PLAN": PLAN, "HEAD": HEAD, "GOOD": GOOD}
    full = []
    for answer in [*answers, *answers[-1:] * 3]:
        for word, text in known.items() if isinstance(answer, str) else ():
            answer = answer.replace(word, text)
        full.append(answer)
    return full


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_recorded_answer_has_its_exact_result(case, server, chat, checker, monkeypatch):
    if case["name"] == "hostile: never ends":
        monkeypatch.setattr(checker, "_limits", Limits(deadline=2.0))
    generators = {"template": template(), "llm": LanguageModel(chat, (1.0, 2.0))}
    counted = Counted(checker)
    pipeline = Pipeline(counted, None, lambda name, style, complexity: generators[name], 3)
    server.answers = scripted(case["answers"])
    if "problems" in case:
        made = pipeline.make(ASKED)
        assert [item.problem or "" for item in made.tries] == case["problems"]
        assert checker.validate(made.code).runs
        asked = sum(isinstance(answer, str) for answer in case["answers"])
        # 10 and 20 tokens a request, at 1 and 2 a million.
        assert (made.usage.requests, made.usage.cost) == (asked, pytest.approx(asked * 5e-5))
    else:
        with pytest.raises(UserError) as error:
            pipeline.make(ASKED)
        assert str(error.value).replace(server.url, "URL") == case["error"]
        # A plan and three programs, or three plans: each request took 10 and 20 tokens.
        requests = 4 if case["runs"] else 3
        if isinstance(error.value, NotGenerated):
            assert error.value.usage.requests + error.value.usage.cached == requests
            assert error.value.usage.cost == pytest.approx(error.value.usage.requests * 5e-5)
        else:
            assert case["runs"] == 0
    assert counted.runs == case["runs"]
