"""What belongs to something else: labels to things in a row, braces to what they hold, dots to a line."""

from __future__ import annotations

from jepamine.manim.text.reading import Reading, Relation
from jepamine.manim.text.solve import constraints as statements
from jepamine.manim.text.solve.boxes import Boxes
from jepamine.manim.text.solve.constraints import Rules
from jepamine.manim.text.solve.linear_program import wish

_STRAIGHT = ("line", "dashed_line", "arrow", "double_arrow", "number_line")
#: A brace as long as what it holds counts more than one of its usual size.
_HELD = 100.0


def labels(reading: Reading, boxes: Boxes) -> Rules:
    """Labels that stand on one side of things in a row stand in a row too; so for columns."""
    found: Rules = []
    for group in reading.groups:
        for upright, sides in ((False, ("above", "below")), (True, ("left", "right"))):
            if (group.columns if upright else group.rows) > 1:
                continue
            for side in sides:
                own = [
                    boxes.items[said.subject[0]]
                    for said in reading.relations
                    if said.how == side
                    and len(said.subject) == len(said.other) == 1
                    and reading.items[said.subject[0]].type == "text"
                    and said.other[0] in group.members
                ]
                found += statements.level(own, upright)
    return found


def braces(reading: Reading, boxes: Boxes) -> Rules:
    """A brace beside something is as long as that."""
    found: Rules = []
    for said in reading.relations:
        others = boxes.of(said.other)
        if len(said.subject) > 1 or reading.items[said.subject[0]].type != "brace" or len(others) > 1:
            continue
        brace, held = boxes.items[said.subject[0]], others[0]
        if said.how in ("above", "below"):
            found.append(wish(brace.half_width - held.half_width, 0.0, _HELD))
        elif said.how in ("left", "right"):
            found.append(wish(brace.half_height - held.half_height, 0.0, _HELD))
    return found


def stroke_of_dots(reading: Reading, said: Relation) -> bool | None:
    """Whether the straight stroke that dots are said to lie on is upright; None for anything else."""
    dots = all(reading.items[place].type == "dot" for place in said.subject)
    stroke = reading.items[said.other[0]]
    if not dots or len(said.other) > 1 or stroke.type not in _STRAIGHT or "diagonal" in stroke.traits:
        return None
    return bool({"vertical", "up", "down"} & stroke.traits)
