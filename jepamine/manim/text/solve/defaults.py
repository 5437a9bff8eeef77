"""Where things stand of which nothing is said: side by side, and halfway between others."""

from __future__ import annotations

import numpy as np

from jepamine.manim.layouts import FRAME_WIDTH
from jepamine.manim.text.reading import Reading, Relation
from jepamine.manim.text.solve import constraints as statements
from jepamine.manim.text.solve.boxes import Boxes
from jepamine.manim.text.solve.constraints import CENTRED, Rules
from jepamine.manim.text.solve.linear_program import wish


def spread(reading: Reading, boxes: Boxes) -> Rules:
    """Things of which no place is said stand side by side in the middle, as they were said."""
    parts = [{unit} for unit in range(len(boxes.units))]
    home = {place: number for number, unit in enumerate(boxes.units) for place in unit.members}
    for said in reading.relations:
        linked = {home[place] for place in said.subject + said.other}
        joined = [part for part in parts if part & linked]
        parts = [part for part in parts if not part & linked] + [set().union(*joined)]
    placed = {home[place] for said in reading.places for place in said.subject}
    free = sorted((part for part in parts if not part & placed), key=min)
    step = FRAME_WIDTH / max(len(free), 1)
    found: Rules = []
    for number, part in enumerate(free):
        middle = (number - (len(free) - 1) / 2) * step
        own = [boxes.units[unit].box for unit in sorted(part)]
        for centres, target in (([box.x for box in own], middle), ([box.y for box in own], 0.0)):
            found.append(wish(np.mean(centres, axis=0), target, CENTRED))
    return found


def halfway(reading: Reading, boxes: Boxes) -> Rules:
    """What is said to lie between two things lies in the middle."""
    found: Rules = []
    for said in reading.relations:
        for other in reading.relations:
            if (said.span, said.other) != (other.span, other.other) or said.subject == other.subject:
                continue
            ends = [boxes.of(said.subject), boxes.of(other.subject), boxes.of(said.other)]
            if any(len(own) != 1 for own in ends):
                continue
            first, last, middle = (own[0] for own in ends)
            if (said.how, other.how) == ("left", "right"):
                found.append(wish(middle.left - first.right, last.left - middle.right, CENTRED))
            elif (said.how, other.how) == ("above", "below"):
                found.append(wish(first.bottom - middle.top, middle.bottom - last.top, CENTRED))
    return found


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
