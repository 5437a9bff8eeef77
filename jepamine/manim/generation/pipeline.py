"""The generation pipeline: layout, code, validation; on failure a repair or another try, `template` at last.

Only code that ran, and whose objects match the layout, is returned. A language model's code must also have
the layout's types, words and colours.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from jepamine.errors import UserError
from jepamine.manim.generation.find_layout import Found, LayoutReader, find_layout
from jepamine.manim.generation.repair import misplaced, mistaken, repaired, troubled
from jepamine.manim.generation.request import Request, Result, Try
from jepamine.manim.generators.protocol import Generated, Generator
from jepamine.manim.generators.styles import Complexity, Style
from jepamine.manim.layouts import Layout
from jepamine.manim.validation.report import Report
from jepamine.manim.validation.validator import Validator

#: The generator that matches every layout.
LAST = "template"
#: How often a try is repaired: each repair runs the code, which may take a whole time limit.
REPAIRS = 3
Maker = Callable[[str, Style, Complexity], Generator]


class Pipeline:
    """Generates scenes, from any thread. `tries` is how often a generator is asked before `template` is."""

    def __init__(
        self, validator: Validator, reader: LayoutReader | None, generator: Maker, tries: int = 3
    ) -> None:
        self.validator, self.reader, self._generator, self.tries = validator, reader, generator, tries

    def make(self, asked: Request) -> Result:
        """Generate code for a request.

        Raises UserError for descriptions, images and generators that cannot be used.
        """
        began = time.perf_counter()
        layout_found = find_layout(asked, self.reader)
        notes = time.perf_counter()
        # Before anything runs: does the generator exist?
        first = self._generator(asked.generator, asked.style, asked.complexity)
        tried: list[Try] = []
        result = self._tried(asked, layout_found, asked.generator, first, tried)
        if result is None and asked.generator != LAST:
            last = self._generator(LAST, asked.style, asked.complexity)
            result = self._tried(asked, layout_found, LAST, last, tried)
        if result is None:
            raise UserError(f"no code found that matches the layout; the last try: {tried[-1].problem}")
        generated, report = result
        ended = time.perf_counter()
        return Result(
            code=generated.code,
            names=dict(generated.names),
            layout=layout_found.layout,
            layout_from=layout_found.source,
            confidence=layout_found.confidence,
            not_understood=layout_found.not_understood,
            generator=tried[-1].generator,
            tries=tuple(tried),
            report=report,
            seconds={
                "layout": round(notes - began, 4),
                "code": round(ended - notes, 4),
                "total": round(ended - began, 4),
            },
        )

    def _tried(
        self, asked: Request, layout_found: Found, name: str, generator: Generator, tried: list[Try]
    ) -> tuple[Generated, Report] | None:
        """Return a generator's first code that passes, recording each try; None if none does.

        How `template` draws an object is not judged: there is no better fallback.
        """
        look = name != LAST
        for attempt in range(self.tries if look else 1):
            generated = generator.generate(layout_found.layout, asked.description, attempt=attempt)
            repaired_names: tuple[str, ...] = ()
            rounds = 0
            while True:
                report = self._validated(generated, layout_found.layout, asked)
                problem = complaint(report, layout_found.layout, look=look)
                tried.append(Try(name, attempt, repaired_names, problem))
                if problem is None:
                    return generated, report
                # An error hides what is wrong after it, so one repair is not always enough.
                names = [
                    complaint_text
                    for complaint_text in troubled(generated, report, layout_found.layout)
                    if complaint_text not in repaired_names
                ]
                again = repaired(generated, layout_found.layout, asked.description, names)
                if again.code == generated.code or rounds == REPAIRS:
                    break
                generated, repaired_names, rounds = again, (*repaired_names, *names), rounds + 1
        return None

    def _validated(self, generated: Generated, layout: Layout, asked: Request) -> Report:
        return self.validator.validate(
            generated.code, layout=layout, names=generated.names, preview=asked.preview
        )


def complaint(report: Report, layout: Layout, *, look: bool) -> str | None:
    """Return why code is rejected, None if accepted; `look` also checks type, wording and colour."""
    if report.problems:
        first = report.problems[0]
        return f"line {first.line}: {first.message}" if first.line else first.message
    faults = misplaced(report, layout) or (mistaken(report, layout) if look else [])
    return faults[0].problem if faults else None
