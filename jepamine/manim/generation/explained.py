"""Answer a description that asks for an explanation with the film of it, run like any other code."""

from __future__ import annotations

import time

from jepamine.errors import UserError
from jepamine.manim.explanations.choose_film import Explanation, explanation
from jepamine.manim.generation.find_layout import understood_share
from jepamine.manim.generation.request import Request, Result, Try
from jepamine.manim.generators.hints import read_if_possible
from jepamine.manim.generators.protocol import Usage
from jepamine.manim.layouts import LIMIT, Layout, Object
from jepamine.manim.validation.scene_report import Report
from jepamine.manim.validation.validator import Validator

#: Below this share of its letters a description is about something else than the film.
LEAST_ANSWERED = 0.6


def film_for(request: Request) -> Explanation | None:
    """Return the film that answers a description better than its objects, read one by one, would."""
    if request.image is not None or request.layout != "auto" or not request.description.strip():
        return None
    film = explanation(request.description)
    if film is None or film.share < LEAST_ANSWERED:
        return None
    reading = read_if_possible(request.description)
    return film if reading is None or understood_share(reading) < film.share else None


def explained(request: Request, film: Explanation, validator: Validator) -> Result:
    """Run a film and return it with the layout that it ends with.

    Raises UserError if it does not run, as with a function that has no value where the film needs one.
    """
    began = time.perf_counter()
    report = validator.validate(film.code, preview=request.preview)
    if report.problems:
        raise UserError(
            f"the film of {film.name.replace('_', ' ')} does not run with what the description gives: "
            f"{report.problems[0].message}; try other numbers, or another function"
        )
    names, layout = _measured(report)
    took = round(time.perf_counter() - began, 4)
    return Result(
        code=film.code,
        names=names,
        layout=layout,
        layout_from="film",
        confidence=film.share,
        not_understood=film.not_understood,
        generator=request.generator,
        tries=(Try(request.generator, 0, (), None),),
        report=report,
        seconds={"layout": 0.0, "code": took, "total": took},
        usage=Usage(),
    )


def _measured(report: Report) -> tuple[dict[str, int], Layout]:
    """Return the named objects that the film ends with, and their layout."""
    seen = [item for item in report.objects if item.shown and item.type is not None]
    objects = [
        Object(item.type, item.box[0], item.box[1], place, *item.box[2:], text=item.text, color=item.color)
        for place, item in enumerate(seen[:LIMIT])
        if item.type is not None
    ]
    names = {item.name: place for place, item in enumerate(seen[:LIMIT])}
    return names, Layout(tuple(objects), more=len(seen) > LIMIT)
