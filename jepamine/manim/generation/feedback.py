"""What the check of a candidate found, as sentences for the model that is to correct it."""

from __future__ import annotations

from jepamine.manim.generation.repair import misplaced_objects, wrong_looks
from jepamine.manim.layouts import Layout
from jepamine.manim.validation.placement import outside
from jepamine.manim.validation.report import Report

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
