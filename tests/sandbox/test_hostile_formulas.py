"""Hostile formulas: refused by their words, and held by the sandbox of TeX alone where they are not."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jepamine.manim.latex import programs, source
from jepamine.manim.latex.cache import Unusable
from jepamine.sandbox.limits import Limits

PREAMBLE = "\\usepackage[english]{babel}\n\\usepackage{amsmath}\n\\usepackage{amssymb}"
CLASS = r"\documentclass[preview]{standalone}"
# TeX takes a tenth of a second; what is endless takes it all.
SHORT = Limits(deadline=1.0, memory=384, folder=12, entries=60)


def formulas():
    found = []
    for part in (Path(__file__).parent / "formulas.txt").read_text().split("\n== ")[1:]:
        head, _, text = part.partition("\n")
        name, _, outcome = head.partition(": ")
        found.append((name, outcome, text.strip()))
    return found


HOSTILE = formulas()


def written(text, world):
    text = text.replace("CANARY", str(world.canary)).replace("OUTSIDE", str(world.outside))
    return text.replace("PORT", str(world.port))


def raw_document(text):
    """The document of an unchecked formula, without the packages that take most of TeX's time."""
    return f"\\documentclass{{minimal}}\n\\begin{{document}}\n${text}$\n\\end{{document}}\n"


@pytest.fixture
def latex():
    found = programs.find_programs()
    if found is None:
        pytest.skip("LaTeX is not installed: apt install texlive-latex-extra dvisvgm")
    return found


@pytest.fixture
def tex_world(world):
    """The world, with a canary that TeX would report if it read it."""
    world.canary.write_text("\\errmessage{leaked}\n")
    world.before = world.files(), *world.before[1:]
    return world


def outcome_of(text, latex):
    """What TeX makes of a document: (kind, all that comes back, seconds)."""
    began = time.monotonic()
    try:
        kind, said = "svg", programs.typeset(text, latex, bubblewrap=False, limits=SHORT)
    except (programs.TexError, Unusable) as error:
        kind, said = "error", str(error)
    return kind, said, time.monotonic() - began


def test_there_are_at_least_sixty_hostile_formulas_with_names_of_their_own():
    assert len(HOSTILE) >= 60
    assert len({name for name, _, _ in HOSTILE}) == len({text for _, _, text in HOSTILE}) == len(HOSTILE)


def test_every_hostile_formula_that_names_a_file_or_a_program_is_refused_before_tex_sees_it(tex_world):
    passed = []
    for name, _, text in HOSTILE:
        try:
            formula = source.Formula(written(text, tex_world), "align*", CLASS, PREAMBLE, "", "latex")
            source.document(formula)
            passed.append(name)
        except source.Refused as error:
            assert "is not allowed in formulas" in str(error)
    # These only take time and memory.
    assert passed == [
        "endless_macro",
        "endless_growth",
        "endless_doubling",
        "endless_loop",
        "endless_laughs",
        "endless_boxes",
        "endless_groups",
        "endless_pages",
        "rules_by_the_thousand",
        "rule_of_a_mile",
    ]


@pytest.mark.slow
def test_no_hostile_formula_reads_writes_or_hangs_when_only_the_sandbox_of_tex_holds_it(latex, tex_world):
    def attempt(item):
        name, expected, text = item
        kind, said, seconds = outcome_of(raw_document(written(text, tex_world)), latex)
        return name, expected, kind, said, seconds

    with ThreadPoolExecutor(2) as two:
        results = list(two.map(attempt, HOSTILE))
    assert tex_world.harm("".join(said for *_, said, _ in results)) == set()
    assert [(name, said) for name, _, _, said, _ in results if "leaked" in said or "root:" in said] == []
    # Two programs with a deadline each; the rest is for a busy machine.
    assert [name for name, *_, seconds in results if seconds > 2 * SHORT.deadline + 300] == []
    wrong = [(name, said[:80]) for name, wanted, kind, said, _ in results if wanted == "error" != kind]
    assert wrong == []


def test_an_ordinary_formula_is_drawn_in_that_sandbox(latex, tex_world):
    kind, svg, _ = outcome_of(raw_document(r"a^2\over b"), latex)
    assert (kind, svg.count("<use"), svg.count("<rect")) == ("svg", 3, 1)
    assert tex_world.harm(svg) == set()
