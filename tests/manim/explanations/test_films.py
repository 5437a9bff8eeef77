"""Every film runs as it is, stays in the frame, and what it is about is right at its end."""

from __future__ import annotations

from pathlib import Path

import pytest

import jepamine.manim.explanations as explanations
from jepamine.errors import UserError
from jepamine.manim.explanations.choose_film import film_code
from jepamine.manim.generation.build_pipeline import open_pipeline
from jepamine.manim.generation.request import Request

pytestmark = pytest.mark.manim
FILMS = sorted(path.stem for path in (Path(explanations.__file__).parent / "films").glob("*.txt"))


@pytest.fixture(scope="module")
def pipeline():
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    with open_pipeline(Path(), None) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("film", FILMS)
def test_a_film_runs_in_the_frame(pipeline, film):
    report = pipeline.validator.validate(film_code(film, {}))
    assert report.problems == ()
    # A plane that a matrix stretches fills the frame and more.
    outside = {
        item.name for state in (report.final, *(m.state for m in report.moments)) for item in state.off_screen
    }
    assert outside <= {"plane"}


def texts(result):
    """Return the texts at the end, from left to right."""
    shown = [item for item in result.report.objects if item.shown and item.text]
    return [item.text for item in sorted(shown, key=lambda item: item.box[0])]


@pytest.mark.parametrize("method", ["bubble", "selection", "insertion"])
def test_sorted_is_sorted(pipeline, method):
    made = pipeline.make(Request(f"{method} sort on [4, 9, 1, 7]"))
    assert [text for text in texts(made) if text.isdigit()] == ["1", "4", "7", "9"]
    assert (made.layout_from, made.adherence(), made.confidence) == ("film", None, 1.0)


def test_an_area_is_that_of_the_function(pipeline):
    made = pipeline.make(Request("the area under the curve y = 3x^2 from 0 to 2"))
    assert any(text.endswith(r"\approx 8") for text in texts(made))


def test_objects_that_are_described_are_no_film(pipeline):
    made = pipeline.make(Request("the equation a^2 + b^2 = c^2 above a right triangle"))
    assert made.layout_from == "text"


def test_a_function_without_values_is_an_error_with_the_next_step(pipeline):
    with pytest.raises(UserError, match=r"film of area does not run.*another function"):
        pipeline.make(Request("the area under y = log(x) from -2 to -1"))
