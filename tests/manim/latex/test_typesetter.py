"""Replies to requests for formulas: from TeX, from the cache, by estimate, or an error."""

from __future__ import annotations

import pytest

from jepamine.manim.latex import typesetter as module
from jepamine.manim.latex.cache import Cache
from jepamine.manim.latex.programs import Programs, TexError
from jepamine.manim.latex.typesetter import Typesetter

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
