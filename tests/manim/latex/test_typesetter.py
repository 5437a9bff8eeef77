"""Replies to requests for formulas: from TeX, from the cache, by estimate, or an error."""

from __future__ import annotations

import re
import xml.dom.minidom

import pytest

from jepamine.manim.latex import typesetter as module
from jepamine.manim.latex.cache import Cache
from jepamine.manim.latex.programs import Programs, TexError
from jepamine.manim.latex.source import Formula
from jepamine.manim.latex.typesetter import PIXELS, Typesetter, estimate

SVG = "<svg><g><path d='M0 0H1'/></g></svg>"


def question(expression):
    return {
        "expression": expression,
        "environment": "align*",
        "documentclass": r"\documentclass[preview]{standalone}",
        "preamble": r"\usepackage{amsmath}",
        "beginning": "",
        "compiler": "latex",
    }


@pytest.fixture
def tex(monkeypatch, tmp_path):
    """A typesetter whose TeX draws the same for everything but \\foo, and its calls."""
    calls = []

    def typeset(document, programs, bubblewrap):
        calls.append(document)
        if r"\foo" in document:
            raise TexError(r"! Undefined control sequence. l.8 \foo")
        return SVG

    monkeypatch.setattr(module, "typeset", typeset)
    monkeypatch.setattr(module, "find_programs", lambda: Programs(tmp_path, tmp_path, ()))
    return Typesetter(Cache(tmp_path / "cache"), bubblewrap=False), calls


@pytest.fixture
def without(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "find_programs", lambda: None)
    return Typesetter(Cache(tmp_path / "cache"), bubblewrap=False)


def test_a_formula_is_typeset_once_and_then_kept_for_other_scenes_and_processes(tex, tmp_path):
    typesetter, calls = tex
    for scene in (typesetter.scene(), typesetter.scene()):
        assert scene.reply(question("x^2")) == {"svg": SVG}
        assert scene.notes() == ()
    other = Typesetter(Cache(tmp_path / "cache"), bubblewrap=False)
    assert other.scene().reply(question("x^2")) == {"svg": SVG}
    assert len(calls) == 1 and "\nx^2\n" in calls[0]


def test_an_error_of_tex_names_the_formula_and_is_not_kept(tex):
    typesetter, calls = tex
    scene = typesetter.scene()
    for _ in range(2):
        assert scene.reply(question(r"\foo x")) == {
            "error": r"LaTeX, formula \foo x: ! Undefined control sequence. l.8 \foo"
        }
    assert len(calls) == 2


def test_what_is_refused_is_not_typeset(tex):
    typesetter, calls = tex
    scene = typesetter.scene()
    assert scene.reply(question(r"\input{x}")) == {
        "error": r"LaTeX, formula \input{x}: \input is not allowed in formulas"
    }
    assert scene.reply([1]) == {"error": "not a formula as Manim writes it, or longer than 20,000 characters"}
    assert calls == []


def test_a_scene_has_a_bound_on_formulas_and_on_their_time(tex, monkeypatch):
    typesetter, _ = tex
    monkeypatch.setattr(module, "MOST_FORMULAS", 2)
    scene = typesetter.scene()
    replies = [scene.reply(question(text)) for text in ("a", "b", "a", "c")]
    assert [*replies[0], *replies[1], *replies[2]] == ["svg"] * 3
    assert replies[3] == {"error": "LaTeX, formula c: a scene may have 2 different formulas"}
    late = typesetter.scene()
    late.seconds = 91
    assert late.reply(question("a")) == {"svg": SVG}
    assert late.reply(question("d")) == {
        "error": "LaTeX, formula d: the formulas of this scene have taken more than 90 s"
    }


def test_without_latex_formulas_are_estimated_and_named_and_nothing_is_kept(without, tmp_path):
    scene = without.scene()
    for text in ("x^2", "x^2", "a", "b", "c"):
        assert scene.reply(question(text))["svg"].startswith("<svg")
    assert scene.notes() == (
        "estimated: LaTeX is not installed, so the sizes of these formulas are approximate: x^2, a, b, ...",
    )
    assert not (tmp_path / "cache").exists()


def test_a_damaged_file_of_the_cache_is_typeset_again(tex, tmp_path):
    typesetter, calls = tex
    typesetter.scene().reply(question("x"))
    (path,) = (tmp_path / "cache").glob("*/*.svg")
    path.write_text("<svg><script/></svg>")
    other = Typesetter(Cache(tmp_path / "cache"), bubblewrap=False)
    assert other.scene().reply(question("x")) == {"svg": SVG}
    assert len(calls) == 2 and path.read_text() == SVG


def test_a_cache_that_cannot_be_written_costs_no_formula(tex, tmp_path):
    (tmp_path / "file").write_text("")
    typesetter = Typesetter(Cache(tmp_path / "file" / "cache"), bubblewrap=False)
    assert typesetter.scene().reply(question("x")) == {"svg": SVG}


def test_a_full_cache_loses_its_oldest_files(tmp_path, monkeypatch):
    monkeypatch.setattr("jepamine.manim.latex.cache.FULL", 1000)
    cache = Cache(tmp_path)
    cache.put("old", SVG)
    (old,) = tmp_path.glob("*/*.svg")
    for number in range(60):
        cache.put(str(number), SVG)
    kept = list(tmp_path.glob("*/*.svg"))
    assert not old.exists() and 5 < len(kept) < 32


# What latex and dvisvgm draw (TeX Live 2022): width and height of the outlines in pixels.
MEASURED = [
    ("x^2", 11.9, 11.8),
    ("a^2+b^2=c^2", 68.5, 12.8),
    (r"\frac{a}{b}", 7.0, 24.1),
    (r"\int_0^1 x^2\,dx=\frac{1}{3}", 76.9, 33.3),
    (r"\sum_{n=1}^{\infty}\frac{1}{n^2}=\frac{\pi^2}{6}", 72.2, 36.3),
    (r"e^{i\pi}+1=0", 63.2, 12.8),
    (r"x=\frac{-b\pm\sqrt{b^2-4ac}}{2a}", 117.2, 29.8),
    ("-1.5", 25.5, 9.1),
    (r"\lim_{x\to 0}\frac{\sin x}{x}=1", 76.3, 27.1),
    (r"f(x)=\begin{cases}x&x>0\\0&\text{otherwise}\end{cases}", 128.8, 39.8),
    ("a&=b+c\\\\&=d", 51.8, 29.3),
    (r"P(A\mid B)=\frac{P(B\mid A)P(A)}{P(B)}", 154.4, 31.4),
]
PATH = re.compile(r"M(\S+) (\S+)H(\S+)V(\S+)H")


def svg(expression, environment="align*"):
    return estimate(Formula(expression, environment, "", "", "", "latex"))


def size(text):
    boxes = [tuple(map(float, numbers)) for numbers in PATH.findall(text)]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return max(rights) - min(lefts), max(bottoms) - min(tops)


@pytest.mark.parametrize(("expression", "width", "height"), MEASURED, ids=range(len(MEASURED)))
def test_an_estimate_is_within_a_tenth_of_what_latex_draws(expression, width, height):
    assert size(svg(expression)) == pytest.approx((width, height), rel=0.1)


def test_text_is_set_in_upright_letters_and_formulas_in_it_between_dollars():
    assert size(svg("The area is $\\pi r^2$.", "center")) == pytest.approx((91.9, 11.1), rel=0.1)
    assert svg("a$b$", "center").count("<path") == 2


def test_there_is_an_outline_for_each_glyph_and_each_bar():
    assert svg(r"\frac{ab}{c}").count("<path") == 4
    assert svg(r"\left(x\right)").count("<path") == 3
    assert svg(r"\sqrt{x}").count("<path") == 3
    assert svg(r"\sin\alpha\,\quad").count("<path") == 4


def test_parts_of_manim_are_groups_in_the_order_of_the_source():
    mark = r"\special{dvisvgm:raw %s}"
    text = (
        mark % "<g id='unique000'>"
        + "a^{b"
        + mark % "</g>"
        + mark % "<g id='unique001'>"
        + "c}"
        + mark % "</g>"
    )
    groups = xml.dom.minidom.parseString(svg(text)).getElementsByTagName("g")
    assert [(group.getAttribute("id"), len(group.getElementsByTagName("path"))) for group in groups] == [
        ("page1", 3),
        ("unique000", 2),
        ("unique001", 1),
    ]


@pytest.mark.parametrize(
    "expression",
    [
        r"\frac" * 3000,
        "{" * 20000,
        "}" * 100,
        r"\left(" * 3000,
        r"\begin{pmatrix}" * 1200,
        r"\hat{" * 3000,
        "x^" * 5000,
        "^_&\\\\$%",
        r"\special{dvisvgm:raw </g>}" * 5,
        "",
    ],
    ids=range(10),
)
def test_whatever_is_written_gives_a_well_formed_drawing(expression):
    for environment in ("align*", "center"):
        assert xml.dom.minidom.parseString(svg(expression, environment)).documentElement.tagName == "svg"


def test_sizes_are_in_pixels_as_dvisvgm_gives_them_to_manim():
    # A rule of the font: digits are 5 points wide, 0.35 of them free on each side, and 6.5 high.
    assert size(svg("1")) == pytest.approx((4.3 * PIXELS, 6.5 * PIXELS), abs=0.002)
