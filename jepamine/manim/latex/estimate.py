"""Estimate how large a formula is where no LaTeX is installed: filled boxes in place of its glyphs."""

from __future__ import annotations

from jepamine.manim.latex.estimates.arrange import Glyph
from jepamine.manim.latex.estimates.reader import Reader
from jepamine.manim.latex.estimates.tokens import tokens_of
from jepamine.manim.latex.source import Formula, parts_of

_HEAD = "<svg version='1.1' xmlns='http://www.w3.org/2000/svg'>\n<g id='page1'>\n"
#: Pixels of SVG in a point.
PIXELS = 4 / 3
_RAW = r"\special{dvisvgm:raw "


def estimate(formula: Formula) -> str:
    """Return an SVG as dvisvgm writes it, with a box for each glyph and Manim's parts as groups."""
    reader = Reader(tokens_of(parts_of(formula.expression)))
    name = (formula.environment or "").removeprefix(r"\begin").strip("{}").split("}")[0]
    reader.formula(name)
    lines, open_groups = [], 0
    for item in reader.drawn:
        if isinstance(item, Glyph):
            lines.append(f"<path d='{_path(item)}'/>")
            continue
        tag = item.removeprefix(_RAW).removesuffix("}")
        if tag == "</g>" and not open_groups:
            continue
        open_groups += -1 if tag == "</g>" else 1
        lines.append(tag)
    return _HEAD + "\n".join([*lines, "</g>" * open_groups, "</g>", "</svg>", ""])


def _path(glyph: Glyph) -> str:
    # In SVG y grows downwards.
    across, down = (glyph.x, glyph.x + glyph.width), (-glyph.y - glyph.height, -glyph.y)
    left, right, top, bottom = (round(length * PIXELS, 3) for length in (*across, *down))
    return f"M{left} {top}H{right}V{bottom}H{left}Z"
