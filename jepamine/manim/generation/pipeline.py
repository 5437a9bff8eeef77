"""The chain: layout, code, validation; another try or a repair where that fails, and `template` in the end.

Nothing is handed out that has not been run, and whose objects do not stand where the layout says. What a
language model writes must also be of the layout's types, words and colours.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from jepamine.errors import UserError
from jepamine.manim.generation.find_layout import Eyes, Found, find_layout
from jepamine.manim.generation.repair import misplaced, mistaken, repaired, troubled
from jepamine.manim.generation.request import Asked, Made, Try
from jepamine.manim.generators.protocol import Generated, Generator
from jepamine.manim.generators.styles import Complexity, Style
from jepamine.manim.layouts import Layout
from jepamine.manim.validation.report import Report
from jepamine.manim.validation.validator import Validator

#: The generator that keeps to every layout.
LAST = "template"
#: How often a try is repaired: each time its code is run, which may take a deadline.
REPAIRS = 3
Maker = Callable[[str, Style, Complexity], Generator]


class Chain:
    """Makes scenes, from any thread. `tries` is how often a generator is asked before `template` is."""

    def __init__(self, validator: Validator, eyes: Eyes | None, generator: Maker, tries: int = 3) -> None:
        self.validator, self.eyes, self._generator, self.tries = validator, eyes, generator, tries

    def make(self, asked: Asked) -> Made:
        """Code for what is asked, and how it came about.

        Raises UserError for descriptions, images and generators that nothing can be made of.
        """
        began = time.perf_counter()
        found = find_layout(asked, self.eyes)
        seen = time.perf_counter()
        # Before anything runs: is there such a generator?
        first = self._generator(asked.generator, asked.style, asked.complexity)
        tried: list[Try] = []
        made = self._tried(asked, found, asked.generator, first, tried)
        if made is None and asked.generator != LAST:
            last = self._generator(LAST, asked.style, asked.complexity)
            made = self._tried(asked, found, LAST, last, tried)
        if made is None:
            raise UserError(f"no code was found that keeps to the layout; the last try: {tried[-1].problem}")
        generated, report = made
        ended = time.perf_counter()
        return Made(
            code=generated.code,
            names=dict(generated.names),
            layout=found.layout,
            layout_from=found.source,
            confidence=found.confidence,
            not_understood=found.not_understood,
            generator=tried[-1].generator,
            tries=tuple(tried),
            report=report,
            seconds={
                "layout": round(seen - began, 4),
                "code": round(ended - seen, 4),
                "total": round(ended - began, 4),
            },
        )

    def _tried(
        self, asked: Asked, found: Found, name: str, generator: Generator, tried: list[Try]
    ) -> tuple[Generated, Report] | None:
        """The first code of a generator that holds, each try written down; None where none does.

        How `template` draws an object is not judged: nothing here would draw it better.
        """
        look = name != LAST
        for attempt in range(self.tries if look else 1):
            generated = generator.generate(found.layout, asked.description, attempt=attempt)
            mended: tuple[str, ...] = ()
            rounds = 0
            while True:
                report = self._validated(generated, found.layout, asked)
                problem = complaint(report, found.layout, look=look)
                tried.append(Try(name, attempt, mended, problem))
                if problem is None:
                    return generated, report
                # An error hides what is wrong behind it, so once is not always enough.
                names = [one for one in troubled(generated, report, found.layout) if one not in mended]
                again = repaired(generated, found.layout, asked.description, names)
                if again.code == generated.code or rounds == REPAIRS:
                    break
                generated, mended, rounds = again, (*mended, *names), rounds + 1
        return None

    def _validated(self, generated: Generated, layout: Layout, asked: Asked) -> Report:
        return self.validator.validate(
            generated.code, layout=layout, names=generated.names, preview=asked.preview
        )


def complaint(report: Report, layout: Layout, *, look: bool) -> str | None:
    """Why code is not to be handed out, None where it may be; `look` is for type, wording and colour too."""
    if report.problems:
        first = report.problems[0]
        return f"line {first.line}: {first.message}" if first.line else first.message
    faults = misplaced(report, layout) or (mistaken(report, layout) if look else [])
    return faults[0].said if faults else None
