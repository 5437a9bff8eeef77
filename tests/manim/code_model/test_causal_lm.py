"""The generator `causal-lm`, with fake predictors."""

from __future__ import annotations

import pytest

from jepamine.errors import UserError
from jepamine.manim.code_model.causal_lm import causal_lm
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout, Object
from jepamine.runs.loading import predictor_of


class Echo:
    def loss(self, examples):
        raise AssertionError

    def generate(self, layout, description, *, attempt=0, reading=None):
        return Generated(f"{description} {attempt}", {})


def test_it_uses_the_predictor_of_its_run():
    requested = []

    def of(name):
        requested.append(name)
        return Echo()

    generator = causal_lm(of, run="mine")
    assert generator.generate(Layout(()), "a circle", attempt=2) == Generated("a circle 2", {})
    assert requested == ["mine"]


def test_a_missing_run_is_an_error_with_the_command_to_type(tmp_path):
    with pytest.raises(UserError, match=r"no run 'manim-code' in .*jepamine run recipes/manim-code.toml"):
        causal_lm(lambda name: predictor_of(tmp_path, name))


def test_a_run_of_another_kind_is_refused():
    with pytest.raises(
        UserError,
        match=r"run 'clips' does not write code; train one with jepamine run recipes/manim-code.toml",
    ):
        causal_lm(lambda name: object(), run="clips")


class OneDot:
    def loss(self, examples):
        raise AssertionError

    def generate(self, layout, description, *, attempt=0, reading=None):
        head = "class GeneratedScene(Scene):\n    def construct(self):\n"
        return Generated(f"{head}        dot = Dot()\n        self.add(dot)\n", {"dot": 0})


def test_the_style_replaces_the_line_that_shows_all_objects():
    layout = Layout((Object("dot", 0, 0, 0, 0.2, 0.2),))
    assert causal_lm(lambda name: OneDot()).generate(layout, "").code.endswith("        self.add(dot)\n")
    styled = causal_lm(lambda name: OneDot(), style="3b1b").generate(layout, "")
    assert styled.code.splitlines()[2:] == [
        "        dot = Dot()",
        "        self.play(FadeIn(dot))",
        "        self.wait()",
    ]
    assert styled.names == {"dot": 0}


def test_a_layout_of_more_than_ten_objects_is_refused():
    layout = Layout(tuple(Object("dot", x, 0, x, 0.2, 0.2) for x in range(11)))
    with pytest.raises(UserError, match="writes at most 10 objects, the layout has 11; use the generator"):
        causal_lm(lambda name: OneDot()).generate(layout, "")
