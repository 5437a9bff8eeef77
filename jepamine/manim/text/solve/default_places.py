"""Default places: side by side, and halfway between others."""

from __future__ import annotations

import numpy as np

from jepamine.manim.layouts import FRAME_WIDTH
from jepamine.manim.text.reading import Reading, Ref, Relation
from jepamine.manim.text.solve import constraints as statements
from jepamine.manim.text.solve.box_expressions import Boxes
from jepamine.manim.text.solve.constraints import CENTRED, Rules
from jepamine.manim.text.solve.linear_program import wish


def spread(reading: Reading, boxes: Boxes) -> Rules:
    """Place objects without a place side by side in the middle, in the order of the text."""
    parts = [{unit} for unit in range(len(boxes.units))]
    home = {place: number for number, unit in enumerate(boxes.units) for place in unit.members}
    for statement in reading.relations:
        linked = {home[place] for place in statement.subject + statement.other}
        joined = [part for part in parts if part & linked]
        parts = [part for part in parts if not part & linked] + [set().union(*joined)]
    placed = {home[place] for statement in reading.places for place in statement.subject}
    free = sorted((part for part in parts if not part & placed), key=min)
    step = FRAME_WIDTH / max(len(free), 1)
    rules: Rules = []
    for number, part in enumerate(free):
        middle = (number - (len(free) - 1) / 2) * step
        own = [boxes.units[unit].box for unit in sorted(part)]
        for centres, target in (([box.x for box in own], middle), ([box.y for box in own], 0.0)):
            rules.append(wish(np.mean(centres, axis=0), target, CENTRED))
    return rules


def halfway(reading: Reading, boxes: Boxes) -> Rules:
    """Place what is between two objects halfway."""
    rules: Rules = []
    for statement in reading.relations:
        for second in reading.relations:
            if (statement.span, statement.other) != (
                second.span,
                second.other,
            ) or statement.subject == second.subject:
                continue
            ends = [boxes.of(statement.subject), boxes.of(second.subject), boxes.of(statement.other)]
            if any(len(own) != 1 for own in ends):
                continue
            first, last, middle = (own[0] for own in ends)
            if (statement.how, second.how) == ("left", "right"):
                rules.append(wish(middle.left - first.right, last.left - middle.right, CENTRED))
            elif (statement.how, second.how) == ("above", "below"):
                rules.append(wish(first.bottom - middle.top, middle.bottom - last.top, CENTRED))
    return rules


_STRAIGHT = ("line", "dashed_line", "arrow", "double_arrow", "number_line")
#: A brace as long as what it holds outweighs one of its usual size.
_HELD = 100.0


def labels(reading: Reading, boxes: Boxes) -> Rules:
    """Align labels on one side of objects in a row; likewise for columns."""
    rules: Rules = []
    for group in reading.groups:
        for upright, sides in ((False, ("above", "below")), (True, ("left", "right"))):
            if (group.columns if upright else group.rows) > 1:
                continue
            for side in sides:
                label_box = [
                    boxes.items[relation.subject[0]]
                    for relation in reading.relations
                    if relation.how == side
                    and len(relation.subject) == len(relation.other) == 1
                    and reading.items[relation.subject[0]].type == "text"
                    and relation.other[0] in group.members
                ]
                rules += statements.level(label_box, upright)
    return rules


def braces(reading: Reading, boxes: Boxes) -> Rules:
    """Make a brace beside something as long as that."""
    rules: Rules = []
    for relation in reading.relations:
        targets = boxes.of(relation.other)
        if (
            len(relation.subject) > 1
            or reading.items[relation.subject[0]].type != "brace"
            or len(targets) > 1
        ):
            continue
        brace, held = boxes.items[relation.subject[0]], targets[0]
        if relation.how in ("above", "below"):
            rules.append(wish(brace.half_width - held.half_width, 0.0, _HELD))
        elif relation.how in ("left", "right"):
            rules.append(wish(brace.half_height - held.half_height, 0.0, _HELD))
    return rules


def stroke_of_dots(reading: Reading, relation: Relation) -> bool | None:
    """Return whether the straight stroke that dots are on is upright; None for anything else."""
    dots = all(reading.items[place].type == "dot" for place in relation.subject)
    stroke = reading.items[relation.other[0]]
    if not dots or len(relation.other) > 1 or stroke.type not in _STRAIGHT or "diagonal" in stroke.traits:
        return None
    return bool({"vertical", "up", "down"} & stroke.traits)


def rests_on(reading: Reading, objects: Ref) -> Ref:
    """Return what objects rest on, () for nothing."""
    grounds = {reading.items[place].measure("rests") for place in objects} - {None}
    return tuple(grounds)
