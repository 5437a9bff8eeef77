"""Repair generated code: replace failed lines by those of the generator `template`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jepamine.manim.engine.palette import colour_word
from jepamine.manim.generators.expressions import statement
from jepamine.manim.generators.hints import filled, traits_of
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.answer import Found
from jepamine.manim.validation.report import Report

# An object farther than this from its place, in units, is misplaced.
FARTHEST = 0.5


@dataclass(frozen=True)
class Fault:
    """What is wrong with object `index` of the layout."""

    index: int
    problem: str


def misplaced(report: Report, layout: Layout) -> list[Fault]:
    """Return the objects of the layout that are missing or misplaced; none if the code did not run."""
    kept = report.final.adherence
    if not report.runs or kept is None:
        return []
    return [
        Fault(match_.index, f"{_called(layout, match_.index)} {problem}")
        for match_ in kept.matches
        if (problem := _place(match_.error)) is not None
    ]


def mistaken(report: Report, layout: Layout) -> list[Fault]:
    """Return the objects of another type, wording or colour than the layout's.

    Colours with the same English word are alike: a language model is given no more of them.
    """
    kept = report.final.adherence
    if not report.runs or kept is None:
        return []
    by_name = {found.name: found for found in report.objects}
    return [
        Fault(match_.index, f"{_called(layout, match_.index)} {problem}")
        for match_ in kept.matches
        if match_.name is not None
        for problem in _look(by_name[match_.name], layout.objects[match_.index])
    ]


def _called(layout: Layout, index: int) -> str:
    return f"object {index + 1} of the layout ({layout.objects[index].type})"


def _place(error: float | None) -> str | None:
    if error is None:
        return "is missing"
    return f"is {error:.2f} units from its place" if error > FARTHEST else None


def _look(item: Found, target: Object) -> Iterator[str]:
    if item.type != target.type:
        yield f"is drawn as {item.type or 'something else'}"
    elif target.text is not None and item.text != " ".join(target.text.split()):
        yield f"says '{item.text}', not '{target.text}'"
    elif target.color is not None and item.color is not None:
        actual, requested = colour_word(item.color), colour_word(target.color)
        if actual != requested:
            yield f"is {actual}, not {requested}"


def troubled(generated: Generated, report: Report, layout: Layout) -> list[str]:
    """Return the variables whose lines a report blames.

    Errors, and missing, misplaced or mistaken objects.
    """
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
    """Return the code with the lines that assign `names` replaced by template's for their objects."""
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
