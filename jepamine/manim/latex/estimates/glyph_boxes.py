"""Boxes of glyphs, arranged as TeX does: side by side, with scripts, limits, in fractions, delimiters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jepamine.manim.latex.estimates import glyph_sizes
from jepamine.manim.latex.estimates.glyph_sizes import AXIS, BAR, BEARING, Kind, Mode, Size


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


def glyph_of(size: Size, type_scale: float, scale: float = 1.0) -> Box:
    """Return the box of one glyph in a size of type."""
    s = type_scale * scale
    # Small type is relatively wide.
    wide = s * (1.14 if type_scale < 1 else 1.0)
    outline = max(0.5, size.width - 2 * BEARING) * wide
    glyph = Glyph(BEARING * wide, -size.depth * s, outline, (size.height + size.depth) * s)
    return Box(size.width * wide, size.height * s, size.depth * s, [glyph])


def bar(width: float, y: float, scale: float) -> Box:
    """Return a horizontal bar at a height."""
    return Box(width, y + BAR, -y, [Glyph(0.0, y, width, BAR * scale)])


def root_sign(inside: Box, scale: float) -> tuple[Box, Box]:
    """Return the sign of a root and its bar, both in place, for what is inside."""
    top, width = inside.height + 1.6 * scale, 8.3 * scale
    sign = Glyph(0.4, -inside.depth - 1.0, 7.0 * scale, top + inside.depth + 1.0)
    return Box(width, top, inside.depth + 1.0, [sign]), bar(inside.width, top - BAR, scale).moved(width, 0.0)


def beside(boxes: list[Box]) -> Box:
    """Return boxes in a row."""
    x, placed = 0.0, []
    for box in boxes:
        width = box.width
        placed.append(box.moved(x, 0.0))
        x += width
    return joined(placed, x)


def space(before: Kind | None, kind: Kind | None, mode: Mode) -> float:
    """Return the space between neighbours of two kinds."""
    if before is None or kind is None or mode.scale < 1:
        return 0.0
    pair = {before, kind}
    if "rel" in pair:
        return 0.0 if before == kind else glyph_sizes.RELATION
    if "bin" in pair:
        # A sign after an opening parenthesis is no operation.
        return 0.0 if before in ("open", "bin", "punct") else glyph_sizes.BINARY
    if before == "punct" or before == "op":
        return 0.0 if kind == "open" else glyph_sizes.THIN
    return glyph_sizes.THIN if kind == "op" and before != "open" else 0.0


def scripted(box: Box, over: Box | None, under: Box | None, scale: float) -> Box:
    """Return a box with a superscript and a subscript."""
    parts, width = [box], box.width
    up = max(4.1 * scale, box.height - 3.9 * scale)
    down = max((2.5 if over is not None else 1.5) * scale, box.depth + 0.5 * scale)
    for script, y in ((over, up), (under, -down)):
        if script is not None:
            parts.append(script.moved(width, y))
    return joined(parts, max(part.width for part in parts) + 0.5)


def limited(box: Box, over: Box | None, under: Box | None) -> Box:
    """Return a box with others above and below it."""
    width = max(part.width for part in (box, over, under) if part is not None)
    parts = [centred(box, width, 0.0)]
    top, bottom = parts[0].height, parts[0].depth
    if over is not None:
        parts.append(centred(over, width, top + max(2.0 - over.depth, 1.1) + over.depth))
    if under is not None:
        parts.append(centred(under, width, -bottom - max(6.0 - under.height, 1.7) - under.height))
    return joined(parts, width)


def fraction(above: Box, line: Box, below: Box, scale: float, display: bool) -> Box:
    """Return a fraction; the bar `line` gets its width."""
    width = max(above.width, below.width)
    up, down, gap = (6.8, 6.9, 1.2) if display else (3.9, 3.5, 0.4)
    up = max(up * scale, above.depth + (AXIS + gap) * scale)
    down = max(down * scale, below.height - (AXIS - gap) * scale)
    for glyph in line.glyphs:
        glyph.width = width
    parts = [centred(above, width, up), line, centred(below, width, -down)]
    return joined([part.moved(1.2, 0.0) for part in parts], width + 2.4)


def delimiter_size(text: str, inside: Box, scale: float, least: float = 0.0) -> Size:
    """Return the size of a parenthesis, bracket or brace around a box."""
    axis = AXIS * scale
    needed = max(least, 2 * max(inside.height - axis, inside.depth + axis) * 0.9)
    width, total = next((size for size in glyph_sizes.DELIMITERS if size[1] >= needed), (8.0, needed + 2.0))
    return Size(width * (0.7 if text in "|[]" else 1.0), total / 2 + axis, total / 2 - axis)
