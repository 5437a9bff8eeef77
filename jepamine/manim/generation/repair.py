"""Find faulty objects in code that was run, say what is wrong, and rewrite lines by `template`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jepamine.manim.engine.palette import colour_word
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.generators.template import assignment
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.reading import Reading
from jepamine.manim.validation.adherence import HALF
from jepamine.manim.validation.check_answer import Found
from jepamine.manim.validation.placement import outside
from jepamine.manim.validation.scene_report import Report


@dataclass(frozen=True)
class Fault:
    """The fault of object `index` of the layout."""

    index: int
    message: str


def misplaced_objects(report: Report, layout: Layout) -> list[Fault]:
    """Return the layout's objects that are missing or elsewhere; none if the code did not run."""
    adherence = report.final.adherence
    if not report.runs or adherence is None:
        return []
    return [
        Fault(match.index, f"{_label(layout, match.index)} {message}")
        for match in adherence.matches
        if (message := _misplacement(match.error)) is not None
    ]


def wrong_looks(report: Report, layout: Layout) -> list[Fault]:
    """Return the objects whose type, text or colour differs from the layout's, where it specifies them.

    Colours with the same English name are equal: a language model is given no more than the name.
    """
    adherence = report.final.adherence
    if not report.runs or adherence is None:
        return []
    by_name = {item.name: item for item in report.objects}
    return [
        Fault(match.index, f"{_label(layout, match.index)} {message}")
        for match in adherence.matches
        if match.name is not None
        for message in _differences(by_name[match.name], layout.objects[match.index])
    ]


def blamed_variables(generated: Generated, report: Report, layout: Layout) -> list[str]:
    """Return the variables of lines that raised errors, and of missing, misplaced or wrong objects."""
    lines = generated.code.splitlines()
    variables = [
        name
        for problem in report.problems
        if problem.line is not None and problem.line <= len(lines)
        for name in generated.names
        if _assigns(lines[problem.line - 1], name)
    ]
    by_index = {index: name for name, index in generated.names.items()}
    faults = misplaced_objects(report, layout) + wrong_looks(report, layout)
    variables += [by_index[fault.index] for fault in faults if fault.index in by_index]
    return list(dict.fromkeys(variables))


def repair(generated: Generated, layout: Layout, reading: Reading | None, names: Iterable[str]) -> Generated:
    """Return the code with the assignments of `names` replaced by `template`'s for their objects."""
    by_place = {place: name for name, place in generated.names.items()}
    lines = generated.code.splitlines()
    for name in names:
        index = generated.names[name]
        replacement = assignment(layout, index, reading, by_place)
        lines = [_indent(line) + replacement if _assigns(line, name) else line for line in lines]
    return Generated("\n".join(lines) + "\n", generated.names)


def _label(layout: Layout, index: int) -> str:
    return f"object {index + 1} of the layout ({layout.objects[index].type})"


def _misplacement(error: float | None) -> str | None:
    if error is None:
        return "is missing"
    return f"is {error:.2f} units from its place" if error > HALF else None


def _differences(drawn: Found, expected: Object) -> Iterator[str]:
    if drawn.type != expected.type:
        yield f"is drawn as {drawn.type or 'something else'}"
    elif expected.text is not None and drawn.text != " ".join(expected.text.split()):
        yield f"has the text '{drawn.text}', not '{expected.text}'"
    elif expected.color is not None and drawn.color is not None:
        drawn_colour, expected_colour = colour_word(drawn.color), colour_word(expected.color)
        if drawn_colour != expected_colour:
            yield f"is {drawn_colour}, not {expected_colour}"


def _assigns(line: str, name: str) -> bool:
    return re.match(rf"\s*{re.escape(name)}\s*=(?!=)", line) is not None


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


#: Sentences of one message: a model that is given more corrects fewer.
MOST = 12


def broken_places(report: Report, layout: Layout) -> list[str]:
    """Return what is off-screen or overlaps against the layout at the end of the scene, if the code ran.

    Objects that the layout does not have count only if they are off-screen.
    """
    final = report.final
    if not report.runs or final.adherence is None:
        return []
    placed = {match.name: layout.objects[match.index] for match in final.adherence.matches if match.name}
    sentences = [
        f"{out.name} leaves the frame by {out.by:.2f} units"
        for out in final.off_screen
        if out.name not in placed or not outside({out.name: placed[out.name].box})
    ]
    sentences += [
        f"{pair.first} and {pair.second} overlap, {pair.share:.0%} of the smaller box"
        for pair in final.overlaps
        if pair.expected is False and pair.first in placed and pair.second in placed
    ]
    return sentences


def feedback(report: Report, layout: Layout) -> list[str]:
    """Return all that is wrong with a candidate: errors with their lines, then measured boxes."""
    sentences = [
        f"line {problem.line}: {problem.message}" if problem.line else problem.message
        for problem in report.problems
    ]
    sentences += [fault.message for fault in misplaced_objects(report, layout)]
    sentences += [fault.message for fault in wrong_looks(report, layout)]
    sentences += broken_places(report, layout)
    if report.runs:
        sentences += [
            f"measured: {item.name} has its centre at ({item.box[0]:.2f}, {item.box[1]:.2f}) and is "
            f"{item.box[2]:.2f} x {item.box[3]:.2f}"
            for item in report.objects
            if item.shown
        ]
    return sentences[:MOST]
