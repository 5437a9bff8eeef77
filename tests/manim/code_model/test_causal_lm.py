"""The generator `causal-lm`, with predictors that are made here."""

from __future__ import annotations

import pytest

from jepamine.errors import UserError
from jepamine.manim.code_model.causal_lm import causal_lm
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout, Object
from jepamine.runs.loading import predictor_of


class Echo:
    def generate(self, layout, description, *, attempt=0):
        return Generated(f"{description} {attempt}", {})


def test_it_writes_with_the_predictor_of_its_run():
    asked = []

    def of(name):
        asked.append(name)
        return Echo()

    generator = causal_lm(of, run="mine")
    assert generator.generate(Layout(()), "a circle", attempt=2) == Generated("a circle 2", {})
    assert asked == ["mine"]


def test_without_its_run_it_says_what_to_type(tmp_path):
    with pytest.raises(UserError, match=r"no run 'manim-code' in .*jepamine run recipes/manim-code.toml"):
        causal_lm(lambda name: predictor_of(tmp_path, name))


def test_a_run_of_another_kind_is_refused():
    with pytest.raises(UserError, match=r"run 'clips' does not write code; train one with"):
        causal_lm(lambda name: object(), run="clips")


class Writes:
    def generate(self, layout, description, *, attempt=0):
        head = "class GeneratedScene(Scene):\n    def construct(self):\n"
        return Generated(f"{head}        dot = Dot()\n        self.add(dot)\n", {"dot": 0})


def test_a_style_stands_in_place_of_the_line_that_shows_all():
    layout = Layout((Object("dot", 0, 0, 0, 0.2, 0.2),))
    assert causal_lm(lambda name: Writes()).generate(layout, "").code.endswith("        self.add(dot)\n")
    shown = causal_lm(lambda name: Writes(), style="3b1b").generate(layout, "")
    assert shown.code.splitlines()[2:] == [
        "        dot = Dot()",
        "        self.play(FadeIn(dot))",
        "        self.wait()",
    ]
    assert shown.names == {"dot": 0}
