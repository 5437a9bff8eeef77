"""Boxes of glyphs, put beside and above each other; y grows upwards from the baseline, in points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jepamine.manim.latex.estimates.metrics import AXIS


@dataclass(eq=False)
class Glyph:
    """The outline of something drawn: left, bottom, width, height."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Box:
    """Glyphs with the space that they take from 0 to `width`, above and below the baseline."""

    width: float = 0.0
    height: float = 0.0
    depth: float = 0.0
    glyphs: list[Glyph] = field(default_factory=list)

    def moved(self, x: float, y: float) -> Box:
        """Move the glyphs and return a box without width of its own, for `joined`."""
        for glyph in self.glyphs:
            glyph.x += x
            glyph.y += y
        return Box(self.width + x, self.height + y, self.depth - y, self.glyphs)


def joined(boxes: Sequence[Box], width: float | None = None) -> Box:
    """Return one box around others that are in place."""
    glyphs = [glyph for box in boxes for glyph in box.glyphs]
    widest = max((box.width for box in boxes), default=0.0)
    return Box(
        widest if width is None else width,
        max((box.height for box in boxes if box.glyphs), default=0.0),
        max((box.depth for box in boxes if box.glyphs), default=0.0),
        glyphs,
    )


def centred(box: Box, width: float, y: float) -> Box:
    """Place a box in the middle of a width, at a height."""
    return box.moved((width - box.width) / 2, y)


def grid(rows: list[list[Box]], alignments: str, gap: float, skip: float, jot: float) -> Box:
    """Return cells in rows and columns, centred on the axis of fractions.

    `alignments` holds l, c or r for columns, and is repeated; `skip` is the distance of baselines, `jot` the
    least distance of rows.
    """
    count = max(map(len, rows), default=0)
    widths = [max((row[at].width for row in rows if at < len(row)), default=0.0) for at in range(count)]
    placed, y = [], 0.0
    below = 0.0
    for number, row in enumerate(rows):
        height = max([0.7 * skip, *(cell.height for cell in row)])
        if number:
            y -= max(skip, below + height + jot)
        x = 0.0
        for at, cell in enumerate(row):
            room = widths[at] - cell.width
            shift = {"l": 0.0, "c": room / 2, "r": room}[alignments[at % len(alignments)]]
            placed.append(cell.moved(x + shift, y))
            x += widths[at] + gap
        below = max([0.3 * skip, *(cell.depth for cell in row)])
    whole = joined(placed, sum(widths) + gap * max(0, count - 1))
    # Rows are as high as a parenthesis at least.
    whole.height, whole.depth = max(whole.height, 0.7 * skip), max(whole.depth, 0.3 * skip - y)
    middle = (whole.height - whole.depth) / 2
    return whole.moved(0.0, AXIS - middle)
