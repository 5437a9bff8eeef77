"""Families that resemble people's scenes: any ground, up to forty objects, moments in an animation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from jepamine.manim.engine.style import number, pick
from jepamine.manim.scenes import charts, figures, geometry, nested, notes, plots, slides, tables, writing
from jepamine.manim.scenes.composition import Composition, DoesNotFit, Part, extent_of
from jepamine.manim.scenes.grounds import AFFECTED, FONTS, MOMENT, MOST_OBJECTS, draw_ground

Form = Callable[[np.random.Generator, Composition], None]


def _real(form: Form) -> Form:
    """Return a form that draws on any ground, without the limits of the older families."""

    def drawn(rng: np.random.Generator, scene: Composition) -> None:
        scene.ground, scene.limit, scene.crowded = draw_ground(rng), MOST_OBJECTS, True
        form(rng, scene)
        if not scene.parts:
            raise DoesNotFit
        if rng.random() < MOMENT:
            catch_midway(rng, scene)

    return drawn


def _in_a_font(form: Form) -> Form:
    """Return a form that draws as `_real` does, with all texts in one font of `FONTS`."""

    def drawn(rng: np.random.Generator, scene: Composition) -> None:
        fonts = list(FONTS)
        scene.font = fonts[int(rng.choice(len(fonts), p=list(FONTS.values())))]
        scene.engine = scene.engine.with_font(scene.font)
        _real(form)(rng, scene)

    return drawn


_FORMS: dict[str, dict[str, Form]] = {
    "writing": {
        "sentences": writing.sentences,
        "paragraph": writing.paragraph,
        "bullets": writing.bullets,
        "derivation": writing.derivation,
        "code_listing": writing.code_listing,
    },
    "tables": {"table": tables.table, "matrix": tables.matrix, "boxes": tables.boxes, "bars": tables.bars},
    "plots": {"curves": plots.curves, "scale": plots.scale},
    "geometry": {
        "construction": geometry.construction,
        "pencil": geometry.pencil,
        "network": geometry.network,
        "tree": geometry.tree,
    },
    "slides": {
        "slide": slides.slide,
        "panels": slides.panels,
        "crowd": slides.crowd,
        "by_hand": slides.by_hand,
    },
}
_FONT_FORMS: dict[str, dict[str, Form]] = {
    "notes": {
        "stack": notes.stack,
        "single": notes.single,
        "counters": notes.counters,
        "lines_of_text": writing.sentences,
        "prose": writing.paragraph,
        "list": writing.bullets,
        "code": writing.code_listing,
        "slide_in_a_font": slides.slide,
        "matrices": notes.matrices,
        "table_in_a_font": tables.table,
    },
    "charts": {
        "functions": charts.functions,
        "numbered": charts.functions,
        "vectors": charts.plane,
        "circle_and_wave": charts.circle_and_wave,
        "space": charts.space,
        "scale_in_a_font": plots.scale,
        "bars_in_a_font": tables.bars,
        "curves_in_a_font": plots.curves,
    },
    "figures": {
        "usual": figures.usual,
        "several": figures.usual,
        "alike": figures.alike,
        "corner": figures.corner,
        "measured": figures.measured,
        "named_points": geometry.construction,
        "rays": geometry.pencil,
        "graph": geometry.network,
        "branches": geometry.tree,
        "array": tables.boxes,
        "flow": slides.panels,
        "many": slides.crowd,
        "sketch": slides.by_hand,
    },
    "nested": {
        "divided": nested.divided,
        "inscribed": nested.inscribed,
        "on_sides": nested.on_sides,
        "sets": nested.overlapping_circles,
    },
}
#: family -> form -> function that draws it.
REAL_FAMILIES: dict[str, dict[str, Form]] = {
    family: {name: wrap(form) for name, form in forms.items()}
    for families, wrap in ((_FORMS, _real), (_FONT_FORMS, _in_a_font))
    for family, forms in families.items()
}


# Types that Create draws along their outline; a half-drawn one is still known by what is seen.
_DRAWN = ("line", "arc", "function_graph", "circle", "ellipse", "square", "rectangle", "polygon", "star")


def catch_midway(rng: np.random.Generator, scene: Composition) -> None:
    """Replace some objects by what an animation shows of them halfway; at most all but one."""
    for index, part in enumerate(scene.parts):
        if rng.random() < AFFECTED:
            scene.parts[index] = _midway(rng, scene, part)


def _midway(rng: np.random.Generator, scene: Composition, part: Part) -> Part:
    share = number(rng.uniform(0.45, 0.9))
    if part.type == "text" and len(part.mobject.submobjects) > 3 and rng.random() < 0.6:
        # Writing goes letter by letter.
        letters = int(len(part.mobject.submobjects) * float(share))
        change = f"[:{max(letters, 2)}]"
    elif part.type in _DRAWN and part.mobject.has_points() and rng.random() < 0.5:
        change = f".pointwise_become_partial({part.name}, 0, {share})"
    else:
        change = f".{pick(rng, ['set_opacity', 'fade'])}({number(rng.uniform(0.3, 0.6))})"
    # The object is given its own copy: a partial curve is cut out of the whole one.
    names = {part.name: part.mobject}
    mobject = scene.engine.evaluate(f"{part.name}.copy(){change}", names)
    code = f"{part.code}{change.replace(part.name, part.code) if 'partial' in change else change}"
    return replace(part, code=code, mobject=mobject, span=extent_of(mobject))
