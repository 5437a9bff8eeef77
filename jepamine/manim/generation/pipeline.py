"""The pipeline: layout, code, validation; then repairs, further attempts, and `template` as the fallback.

Only code that ran and whose objects are where the layout says is returned. A language model's code must also
have the layout's types, texts and colours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from math import hypot

from jepamine.errors import UserError
from jepamine.manim.generation.explained import explained, film_for
from jepamine.manim.generation.find_layout import FoundLayout, LayoutReader, find_layout
from jepamine.manim.generation.repair import (
    blamed_variables,
    broken_places,
    feedback,
    misplaced_objects,
    repair,
    wrong_looks,
)
from jepamine.manim.generation.request import Request, Result, Try
from jepamine.manim.generators.camera_view import Step
from jepamine.manim.generators.hints import read_if_possible
from jepamine.manim.generators.protocol import (
    Generated,
    Generator,
    NotGenerated,
    PlanningGenerator,
    RevisingGenerator,
    Usage,
)
from jepamine.manim.generators.styles import Complexity, Style
from jepamine.manim.layouts import Layout
from jepamine.manim.validation.adherence import HALF
from jepamine.manim.validation.scene_report import Moment, Report
from jepamine.manim.validation.validator import Validator

#: The fallback generator, which keeps to every layout.
LAST = "template"
#: Repairs of one attempt: each runs the code again, which may take until the deadline.
REPAIRS = 3
GeneratorFactory = Callable[[str, Style, Complexity], Generator]


class Pipeline:
    """A thread-safe generator of scenes; after `tries` attempts it falls back to `template`."""

    def __init__(
        self, validator: Validator, reader: LayoutReader | None, generator: GeneratorFactory, tries: int = 3
    ) -> None:
        self.validator, self.reader, self._generator, self.tries = validator, reader, generator, tries

    def make(self, request: Request) -> Result:
        """Generate code for a request. Raises UserError for an unusable description, image or generator."""
        began = time.perf_counter()
        # An unknown generator is an error before any code runs.
        first = self._generator(request.generator, request.style, request.complexity)
        if request.generator == LAST and (film := film_for(request)) is not None:
            return explained(request, film, self.validator)
        located, usage = self._locate(request, first)
        layout_done = time.perf_counter()
        tries: list[Try] = []
        accepted, used = self._attempts(request, located, request.generator, first, tries)
        usage += used
        if accepted is None and located.brief:
            # The fallback would keep to the boxes and drop the steps and all that has no type.
            raise NotGenerated(
                f"none of the {self.tries} tries of '{request.generator}' passed the check; the last: "
                f"{tries[-1].problem}; try more (--tries), another model, or --layout text",
                usage,
            )
        if accepted is None and request.generator != LAST:
            fallback = self._generator(LAST, request.style, request.complexity)
            accepted, _ = self._attempts(request, located, LAST, fallback, tries)
        if accepted is None:
            raise UserError(f"no generated code keeps to the layout; the last attempt: {tries[-1].problem}")
        generated, report = accepted
        ended = time.perf_counter()
        return Result(
            code=generated.code,
            names=dict(generated.names) or _matched(report),
            layout=located.layout,
            layout_from=located.source,
            confidence=located.confidence,
            not_understood=located.not_understood,
            generator=tries[-1].generator,
            tries=tuple(tries),
            report=report,
            seconds={
                "layout": round(layout_done - began, 4),
                "code": round(ended - layout_done, 4),
                "total": round(ended - began, 4),
            },
            usage=usage,
        )

    def _locate(self, request: Request, generator: Generator) -> tuple[FoundLayout, Usage]:
        """Return the layout: of a generator that plans, its own, unless the request says where from."""
        described = bool(request.description.strip()) and request.image is None
        if not (isinstance(generator, PlanningGenerator) and request.layout == "auto" and described):
            return find_layout(request, self.reader), Usage()
        plan = generator.plan(request.description)
        reading = read_if_possible(request.description)
        return FoundLayout(plan.layout, "plan", 1.0, reading, brief=plan.brief), plan.usage

    def _attempts(
        self, request: Request, located: FoundLayout, name: str, generator: Generator, tries: list[Try]
    ) -> tuple[tuple[Generated, Report] | None, Usage]:
        """Return the first code of a generator that passes, None if none does, and what models took.

        Each try is appended to `tries`. The looks of objects drawn by `template` are not checked: there is no
        better way to draw them.
        """
        check_looks = name != LAST
        description = f"{request.description}\n{located.brief}".strip()
        usage = Usage()
        previous: Generated | None = None
        wrong: list[str] = []
        for attempt in range(self.tries if check_looks else 1):
            if isinstance(generator, RevisingGenerator) and previous is not None:
                generated = generator.revise(previous, located.layout, description, wrong)
            else:
                generated = generator.generate(
                    located.layout, description, attempt=attempt, reading=located.reading
                )
            usage += generated.usage
            repaired: tuple[str, ...] = ()
            # One error hides those behind it, so one repair is not always enough.
            for _ in range(REPAIRS + 1):
                outcome = generated.outcome
                expected = outcome.layout if outcome is not None else located.layout
                report = self.validator.validate(
                    generated.code,
                    layout=expected,
                    names=(outcome.names if outcome is not None else generated.names) or None,
                    preview=request.preview,
                )
                problem = problem_of(report, expected, check_looks=check_looks)
                if problem is None and isinstance(generator, RevisingGenerator):
                    problem = next(iter(broken_places(report, located.layout)), None)
                if problem is None and outcome is not None:
                    problem = broken_step(report, outcome.steps)
                tries.append(Try(name, attempt, repaired, problem))
                if problem is None:
                    return (generated, report), usage
                if outcome is not None:
                    break
                blamed = blamed_variables(generated, report, located.layout)
                names = [variable for variable in blamed if variable not in repaired]
                before, generated = (
                    generated,
                    repair(generated, located.layout, located.reading, names),
                )
                if generated.code == before.code:
                    break
                repaired = (*repaired, *names)
            previous, wrong = generated, feedback(report, located.layout)
        return None, usage


def _matched(report: Report) -> dict[str, int]:
    """Return the names in code that did not say them, by the match with the layout."""
    matches = report.final.adherence.matches if report.final.adherence else ()
    return {match.name: match.index for match in matches if match.name is not None}


def problem_of(report: Report, layout: Layout, *, check_looks: bool) -> str | None:
    """Return why code is rejected, None if it is not; `check_looks` includes types, texts and colours."""
    if report.problems:
        first = report.problems[0]
        return f"line {first.line}: {first.message}" if first.line else first.message
    faults = misplaced_objects(report, layout) or (wrong_looks(report, layout) if check_looks else [])
    return faults[0].message if faults else None


def broken_step(report: Report, steps: Sequence[Step]) -> str | None:
    """Return what differs from the steps at a moment of an animation, None if nothing does."""
    known = {name for step in steps for name in step.shown}
    for moment in report.moments:
        if moment.play > len(steps):
            return f"line {moment.line}: animation {moment.play} is not one that the description asks for"
        problem = _differs(moment, steps[moment.play - 1], known)
        if problem is not None:
            return f"line {moment.line}: {problem} during animation {moment.play}"
    return None


def _differs(moment: Moment, step: Step, known: set[str]) -> str | None:
    for name, item in step.shown.items():
        if name in step.moving:
            continue
        if name not in moment.boxes:
            return f"{name} is not there"
        x, y = moment.boxes[name][:2]
        if hypot(x - item.x, y - item.y) > HALF:
            return f"{name} is not where it was before"
    for name in moment.boxes:
        if name in known and name not in step.shown and name not in step.moving:
            return f"{name} is there, too early or too late,"
    return None
