"""Answer a confined scene's requests for formulas: from the cache, by TeX, or by an estimate of boxes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from jepamine.manim.latex.cache import Cache, Unusable
from jepamine.manim.latex.estimates.glyph_boxes import Glyph
from jepamine.manim.latex.estimates.reader import Reader
from jepamine.manim.latex.estimates.tex_tokens import tokens_of
from jepamine.manim.latex.programs import Programs, TexError, find_programs, typeset
from jepamine.manim.latex.source import Formula, Refused, document, parse, parts_of, shown

#: Per scene: different formulas, and seconds that TeX may take for all of them.
MOST_FORMULAS, MOST_SECONDS = 400, 90.0
MISSING = "LaTeX is not installed"


class Typesetter:
    """Typesets the formulas of any number of scenes, from any thread."""

    def __init__(self, cache: Cache, bubblewrap: bool) -> None:
        """`bubblewrap` tells whether it works here. LaTeX is looked for now."""
        self.cache, self.bubblewrap = cache, bubblewrap
        self.programs: Programs | None = find_programs()

    def scene(self) -> SceneFormulas:
        """Return the formulas of one scene, none yet."""
        return SceneFormulas(self)


@dataclass
class SceneFormulas:
    """The formulas of one scene: `reply` answers requests; the others count them.

    `seconds` is the time that TeX took, `estimated` the formulas whose size is an estimate.
    """

    typesetter: Typesetter
    seconds: float = 0.0
    seen: set[str] = field(default_factory=set)
    estimated: dict[str, None] = field(default_factory=dict)

    def reply(self, question: Any) -> dict[str, str]:
        """Return {"svg": ...} of a formula (the fields of `Formula`), or {"error": message}."""
        try:
            formula = parse(question)
        except Refused as error:
            return {"error": str(error)}
        try:
            return {"svg": self._svg(formula)}
        except (Refused, Unusable, TexError) as error:
            return {"error": f"LaTeX, formula {shown(formula.expression)}: {error}"}

    def notes(self) -> tuple[str, ...]:
        """Return what a reader of the scene's report must know."""
        if not self.estimated:
            return ()
        few = ", ".join(list(self.estimated)[:3]) + (", ..." if len(self.estimated) > 3 else "")
        return (f"estimated: {MISSING}, so the sizes of these formulas are approximate: {few}",)

    def _svg(self, formula: Formula) -> str:
        text = document(formula)
        self.seen.add(text)
        if len(self.seen) > MOST_FORMULAS:
            raise Refused(f"a scene may have {MOST_FORMULAS} different formulas")
        programs = self.typesetter.programs
        if programs is not None and (kept := self.typesetter.cache.get(text)) is not None:
            return kept
        if self.seconds > MOST_SECONDS:
            raise Refused(f"the formulas of this scene have taken more than {MOST_SECONDS:g} s")
        began = time.monotonic()
        try:
            if programs is None:
                self.estimated[shown(formula.expression)] = None
                return estimate(formula)
            svg = typeset(text, programs, self.typesetter.bubblewrap)
        finally:
            self.seconds += time.monotonic() - began
        self.typesetter.cache.put(text, svg)
        return svg


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
