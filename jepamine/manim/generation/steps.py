"""Check a scene in which things happen at every step: what stays is where it was, what is gone is gone."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from jepamine.manim.generators.motions import Step
from jepamine.manim.validation.adherence import HALF
from jepamine.manim.validation.report import Moment, Report


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
