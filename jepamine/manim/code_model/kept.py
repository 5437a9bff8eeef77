"""What of a layout code that was run has kept to, object by object."""

from __future__ import annotations

from dataclasses import dataclass

from jepamine.manim.layouts import Layout, iou
from jepamine.manim.validation.adherence import HALF
from jepamine.manim.validation.report import Report


@dataclass(frozen=True)
class Kept:
    """Of one object: is its centre within half a unit, are type, text and colour right, the IoU of its box.

    None where the layout does not say; a missing object has nothing right.
    """

    within: bool
    type: bool
    text: bool | None
    colour: bool | None
    iou: float


def kept(report: Report, layout: Layout) -> list[Kept]:
    """One entry an object of the layout, by the names that the report was made with."""
    adherence = report.final.adherence
    assert adherence is not None, "validated against a layout"
    by_name = {found.name: found for found in report.objects}
    result = []
    for one, item in zip(adherence.matches, layout.objects, strict=True):
        found = by_name[one.name] if one.name is not None else None
        result.append(
            Kept(
                within=one.error is not None and one.error <= HALF,
                type=found is not None and found.type == item.type,
                text=None if item.text is None else found is not None and found.text == item.text,
                colour=None if item.color is None else found is not None and found.color == item.color,
                iou=iou(found.box, item.box) if found is not None else 0.0,
            )
        )
    return result


def share_within(report: Report) -> list[bool]:
    """Of each object of the layout whether something stands within half a unit of its place."""
    adherence = report.final.adherence
    assert adherence is not None, "validated against a layout"
    return [one.error is not None and one.error <= HALF for one in adherence.matches]
