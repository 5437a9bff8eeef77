"""Scenes with LaTeX through validation: with TeX, where it is installed, and with estimates."""

from __future__ import annotations

import ast
import json
import textwrap
from pathlib import Path

import pytest

from jepamine.manim.latex.programs import find_programs
from jepamine.manim.validation import run_scene as running
from jepamine.manim.validation.judge import judge
from jepamine.manim.validation.validator import validator

pytestmark = pytest.mark.manim
HEAD = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"


def scenes():
    parts = (Path(__file__).parent / "scenes.txt").read_text().split("\n== ")[1:]
    return {name: body for name, _, body in (part.partition("\n") for part in parts)}


def code(body):
    return HEAD + textwrap.indent(body.strip("\n"), " " * 8) + "\n"


@pytest.fixture(scope="module")
def opened(manim_there, tmp_path_factory):
    with validator(bubblewrap=False, cache=tmp_path_factory.mktemp("formulas")) as made:
        yield made


@pytest.fixture
def latex(opened):
    if find_programs() is None:
        pytest.skip("LaTeX is not installed: apt install texlive-latex-extra dvisvgm")
    return opened


@pytest.fixture
def without(opened, monkeypatch):
    """The validator on a system without LaTeX."""
    monkeypatch.setattr(opened._typesetter, "programs", None)
    return opened


def boxes(report):
    assert report.problems == ()
    return {item.name: item.box for item in report.objects if item.shown}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["parts_by_colour", "text_and_title", "braces"])
def test_boxes_are_those_that_manim_gives_without_a_sandbox(name, latex, tmp_path):
    import manim

    text = code(scenes()[name])
    settings = {"media_dir": str(tmp_path), "dry_run": True, "disable_caching": True, "verbosity": "CRITICAL"}
    with manim.tempconfig(settings):
        trees = {"": ast.parse(text, "<code>")}
        done = running.run(trees, scene=None, every=False, guarded=False)
        own = judge(json.dumps({"answer": {"problems": [], **done}}).encode(), None)
    expected = {item["name"]: item["box"] for item in own["objects"] if item["shown"]}
    found = boxes(latex.validate(text))
    assert found.keys() == expected.keys()
    assert {name: pytest.approx(box, abs=0.02) for name, box in expected.items()} == found


@pytest.mark.parametrize(("name", "body"), scenes().items(), ids=scenes())
def test_an_ordinary_scene_is_accepted_without_latex_and_marked(name, body, without):
    report = without.validate(code(body))
    assert boxes(report)
    (note,) = report.notes
    assert note.startswith(
        "estimated: LaTeX is not installed, so the sizes of these formulas are approximate: "
    )
    assert report.to_json()["notes"] == (note,)


def test_an_error_of_tex_is_reported_with_formula_and_line_of_the_scene(latex):
    report = latex.validate(code('x = 1\nf = MathTex(r"a \\foo b")'))
    (problem,) = report.problems
    assert (problem.kind, problem.line) == ("failed", 7)
    assert problem.message == (
        r"LatexError: LaTeX, formula a \foo b: ! Undefined control sequence. "
        r"<argument> a \foo l.8 \end{align*}"
    )


def test_a_formula_that_may_not_run_is_refused_with_its_line(without):
    report = without.validate(code('f = Tex(r"\\input{/etc/passwd}")'))
    (problem,) = report.problems
    assert (problem.line, problem.message) == (
        6,
        r"LatexError: LaTeX, formula \input{/etc/passwd}: \input is not allowed in formulas",
    )


def test_a_template_of_the_code_cannot_choose_the_document(without):
    attacks = [
        "t = TexTemplate(documentclass='\\\\input{x}')",
        "t = TexTemplate(preamble='\\\\input{x}')",
        "t = TexTemplate(tex_compiler='lualatex')",
        "t = TexTemplate()\nt.body = 'YourTextHere'",
    ]
    messages = []
    for attack in attacks:
        (problem,) = without.validate(code(f"{attack}\nf = Tex('x', tex_template=t)")).problems
        messages.append(problem.message.removeprefix("LatexError: LaTeX").removeprefix(", formula x"))
    assert messages == [
        r": the template's class is not \documentclass[preview]{standalone}",
        r": '\\input{x}' is not allowed in a template's preamble",
        ": the template needs lualatex: only latex is run",
        ": a template read from a file is not used; give its preamble",
    ]
