"""Lines of generated code that failed, written anew by the generator `template`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jepamine.manim.generation.faults import misplaced, mistaken
from jepamine.manim.generators.expressions import statement
from jepamine.manim.generators.hints import filled, traits_of
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout
from jepamine.manim.validation.report import Report


def troubled(generated: Generated, report: Report, layout: Layout) -> list[str]:
    """The variables whose lines a report blames: of an error, and of objects missing, far off or mistaken."""
    lines = generated.code.splitlines()
    found = [
        name
        for problem in report.problems
        if problem.line is not None and problem.line <= len(lines)
        for name in generated.names
        if _assigns(lines[problem.line - 1], name)
    ]
    by_index = {index: name for name, index in generated.names.items()}
    faults = misplaced(report, layout) + mistaken(report, layout)
    found += [by_index[fault.index] for fault in faults if fault.index in by_index]
    return list(dict.fromkeys(found))


def repaired(generated: Generated, layout: Layout, description: str, names: Iterable[str]) -> Generated:
    """The code with the lines that assign `names` replaced by template's for their objects."""
    traits = traits_of(layout, description)
    lines = generated.code.splitlines()
    for name in names:
        place = generated.names[name]
        fill = filled(layout, place, traits[place])
        fresh = statement(name, layout.objects[place], traits[place], fill)
        lines = [_indent(line) + fresh if _assigns(line, name) else line for line in lines]
    return Generated("\n".join(lines) + "\n", generated.names)


def _assigns(line: str, name: str) -> bool:
    return re.match(rf"\s*{re.escape(name)}\s*=(?!=)", line) is not None


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
