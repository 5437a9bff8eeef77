"""Where things stand of which nothing is said: side by side, and halfway between others."""

from __future__ import annotations

import numpy as np

from jepamine.manim.layouts import FRAME_WIDTH
from jepamine.manim.text.reading import Reading
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
