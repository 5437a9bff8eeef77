"""The pipeline: layout, code, validation; then repairs, further attempts, and `template` as the fallback.

Only code that ran and whose objects are where the layout says is returned. A language model's code must also
have the layout's types, texts and colours.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from jepamine.errors import UserError
from jepamine.manim.generation.find_layout import FoundLayout, LayoutReader, find_layout
from jepamine.manim.generation.repair import blamed_variables, misplaced_objects, repair, wrong_looks
from jepamine.manim.generation.request import Request, Result, Try
from jepamine.manim.generation.steps import broken_step
from jepamine.manim.generators.protocol import Generated, Generator
from jepamine.manim.generators.styles import Complexity, Style
from jepamine.manim.layouts import Layout
from jepamine.manim.validation.report import Report
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
        located = find_layout(request, self.reader)
        layout_done = time.perf_counter()
        # An unknown generator is an error before any code runs.
        first = self._generator(request.generator, request.style, request.complexity)
        tries: list[Try] = []
        accepted = self._attempts(request, located, request.generator, first, tries)
        if accepted is None and request.generator != LAST:
            fallback = self._generator(LAST, request.style, request.complexity)
            accepted = self._attempts(request, located, LAST, fallback, tries)
        if accepted is None:
            raise UserError(f"no generated code keeps to the layout; the last attempt: {tries[-1].problem}")
        generated, report = accepted
        ended = time.perf_counter()
        return Result(
            code=generated.code,
            names=dict(generated.names),
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
        )

    def _attempts(
        self, request: Request, located: FoundLayout, name: str, generator: Generator, tries: list[Try]
    ) -> tuple[Generated, Report] | None:
        """Return the first code of a generator that passes, None if none does; append each try to `tries`.

        The looks of objects drawn by `template` are not checked: there is no better way to draw them.
        """
        check_looks = name != LAST
        for attempt in range(self.tries if check_looks else 1):
            generated = generator.generate(
                located.layout, request.description, attempt=attempt, reading=located.reading
            )
            repaired: tuple[str, ...] = ()
            # One error hides those behind it, so one repair is not always enough.
            for _ in range(REPAIRS + 1):
                outcome = generated.outcome
                expected = outcome.layout if outcome is not None else located.layout
                report = self.validator.validate(
                    generated.code,
                    layout=expected,
                    names=outcome.names if outcome is not None else generated.names,
                    preview=request.preview,
                )
                problem = problem_of(report, expected, check_looks=check_looks)
                if problem is None and outcome is not None:
                    problem = broken_step(report, outcome.steps)
                tries.append(Try(name, attempt, repaired, problem))
                if problem is None:
                    return generated, report
                if outcome is not None:
                    break
                blamed = blamed_variables(generated, report, located.layout)
                names = [variable for variable in blamed if variable not in repaired]
                previous, generated = (
                    generated,
                    repair(generated, located.layout, located.reading, names),
                )
                if generated.code == previous.code:
                    break
                repaired = (*repaired, *names)
        return None


def problem_of(report: Report, layout: Layout, *, check_looks: bool) -> str | None:
    """Return why code is rejected, None if it is not; `check_looks` includes types, texts and colours."""
    if report.problems:
        first = report.problems[0]
        return f"line {first.line}: {first.message}" if first.line else first.message
    faults = misplaced_objects(report, layout) or (wrong_looks(report, layout) if check_looks else [])
    return faults[0].message if faults else None
