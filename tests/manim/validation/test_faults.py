"""The kinds of faults that real scene files have: each is reported with its line and the next step."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from jepamine.manim.validation.report_text import problems, summary
from jepamine.manim.validation.syntax import objections
from jepamine.manim.validation.validate_command import run

SCENE = "from manim import *\n\n\nclass Faulty(Scene):\n    def construct(self):\n"


def found(code):
    """Return (line, message) of what is refused before the code runs."""
    return [(one.line, one.message) for one in objections(ast.parse(code))]


def of_body(body):
    """Return what is refused in a line of construct, which is line 6."""
    return found(f"{SCENE}        {body}\n")


NOT_OURS = "is not of Manim Community; write"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("self.play(ShowCreation(Circle()))", f"ShowCreation {NOT_OURS} Create(...)"),
        ("self.add(TextMobject('a'))", f"TextMobject {NOT_OURS} Text(...), or Tex(...) for LaTeX"),
        ("self.add(TexMobject('a'))", f"TexMobject {NOT_OURS} MathTex(...)"),
        ("self.play(FadeInFrom(Circle(), UP))", f"FadeInFrom {NOT_OURS} FadeIn(..., shift=...)"),
        ("self.add(Axes().get_graph(abs))", f".get_graph {NOT_OURS} .plot(...) of Axes"),
        ("self.add(Circle().scale_in_place(2))", f".scale_in_place {NOT_OURS} .scale(...)"),
        ("self.add(Axes(x_axis_width=3))", f"x_axis_width= {NOT_OURS} x_length="),
        (
            "self.play(Dot().shift, UP)",
            "play takes no methods any more; write self.play(Dot().animate.shift(UP))",
        ),
        (
            "self.add(Cirlce())",
            "Cirlce is not among the names that a scene may use (did you mean 'Circle'?)",
        ),
        (
            "self.add(Circle().shfit(UP))",
            ".shfit is not among the attributes that a scene may use (did you mean 'shift'?)",
        ),
        (
            "self.add(Circle(colour=RED))",
            "colour= is not a keyword of anything that a scene may call (did you mean 'color'?)",
        ),
    ],
)
def test_a_wrong_or_old_name_is_reported_with_what_to_write(body, message):
    assert of_body(body) == [(6, message)]


@pytest.mark.parametrize("module", ["manimlib", "manimlib.imports", "big_ol_pile_of_manim_imports"])
def test_an_import_of_another_manim_names_the_one_to_use(module):
    assert found(f"from {module} import *\n") == [
        (1, f"{module} is another Manim, or an old one; write from manim import *")
    ]


def test_a_graph_scene_with_settings_is_three_faults():
    code = "from manim import *\n\nclass A(GraphScene):\n    CONFIG = {'x_min': 0}\n"
    assert found(code) == [
        (3, f"GraphScene {NOT_OURS} Scene, with axes = Axes(...) and axes.plot(...)"),
        (
            4,
            "CONFIG is ignored by Manim Community; pass its settings where they are used, "
            "such as Axes(x_range=...)",
        ),
    ]


def test_own_names_are_nobodys_old_ones():
    body = "CONFIG = 1\n        get_norm = abs\n        get_norm(CONFIG)\n"
    code = f"{SCENE}        self.scale_in_place()\n\n    def scale_in_place(self):\n        {body}"
    assert found(code) == []


@pytest.fixture
def seen(tmp_path: Path):
    """Run a body and return what the terminal says of it."""
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")

    def say(*body):
        path = tmp_path / "scene.py"
        path.write_text(SCENE + "".join(f"        {line}\n" for line in body))
        (report,) = run(path, None, None, 10, None, True, allow_unprotected=True)
        text = summary(report) if report.runs else problems([report], path).replace(f"{path}:", "line ")
        return [line for line in text.splitlines() if line.split(":")[0] in KINDS or line.startswith("line ")]

    return say


KINDS = ("overlap", "off-screen", "not visible")


@pytest.mark.manim
def test_what_is_seen_at_the_end_is_reported_with_lines(seen):
    assert seen(
        "out = Circle().move_to([9, 0, 0])",
        "one = Square(color=RED).shift(2 * LEFT)",
        "two = Square(color=BLUE).shift(1.5 * LEFT)",
        "box = Rectangle(color=GREEN, fill_opacity=1, width=3).shift(3 * RIGHT)",
        "inside = Dot(color=GREEN).move_to(box)",
        "dark = Star(color=BLACK).to_edge(UP)",
        "self.add(out, one, two, box, inside, dark)",
    ) == [
        "overlap: box (line 9) and inside (line 10), 100% of the smaller box",
        "overlap: one (line 7) and two (line 8), 75% of the smaller box",
        "off-screen: out (line 6), all of it",
        "not visible: inside (line 10) has the colour of what is behind it",
        "not visible: dark (line 11) has the colour of what is behind it",
    ]


@pytest.mark.slow
@pytest.mark.manim
def test_a_graph_does_not_overlap_the_axes_that_it_is_plotted_on(seen):
    axes = "axes = Axes(x_range=[-3, 3], y_range=[-1, 9])"
    assert seen(axes, "graph = axes.plot(lambda x: x**2)", "self.add(axes, graph)") == []
    assert seen(axes, "word = Text('a')", "self.add(axes, word)") == [
        "overlap: axes (line 6) and word (line 7), 100% of the smaller box"
    ]


@pytest.mark.manim
def test_black_is_visible_on_white(seen):
    assert seen("self.camera.background_color = WHITE", "dark = Dot(color=BLACK)", "self.add(dark)") == []


@pytest.mark.manim
@pytest.mark.parametrize(
    ("body", "step"),
    [
        (
            "self.play(Circle())",
            "An animation is needed, such as Create(...) of the Circle; or self.add(...)",
        ),
        ("Axes().get_riemann_rectangles(None, x_min=1)", "'x_min'; write x_range=[low, high, step]"),
    ],
)
def test_manims_own_errors_get_a_next_step(seen, body, step):
    (line,) = seen(body)
    assert line.startswith("line 6: TypeError")
    assert line.endswith(step)
