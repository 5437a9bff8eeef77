"""Arrange boxes as TeX does: side by side, with scripts, limits, in fractions and between delimiters."""

from __future__ import annotations

from jepamine.manim.latex.estimates import metrics
from jepamine.manim.latex.estimates.boxes import Box, Glyph, centred, joined
from jepamine.manim.latex.estimates.commands import Mode
from jepamine.manim.latex.estimates.metrics import AXIS, BAR, BEARING, Kind, Size


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
        return 0.0 if before == kind else metrics.RELATION
    if "bin" in pair:
        # A sign after an opening parenthesis is no operation.
        return 0.0 if before in ("open", "bin", "punct") else metrics.BINARY
    if before == "punct" or before == "op":
        return 0.0 if kind == "open" else metrics.THIN
    return metrics.THIN if kind == "op" and before != "open" else 0.0


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
    width, total = next((size for size in metrics.DELIMITERS if size[1] >= needed), (8.0, needed + 2.0))
    return Size(width * (0.7 if text in "|[]" else 1.0), total / 2 + axis, total / 2 - axis)
