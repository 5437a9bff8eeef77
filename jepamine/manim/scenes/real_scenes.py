"""Families that resemble people's scenes: any ground, up to forty objects, moments within an animation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from jepamine.manim.scenes import geometry, plots, slides, tables, writing
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.grounds import draw_ground
from jepamine.manim.scenes.moments import catch_midway
from jepamine.manim.scenes.real_statistics import MOMENT, MOST_OBJECTS

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
#: family -> form -> function that draws it.
REAL_FAMILIES: dict[str, dict[str, Form]] = {
    family: {name: _real(form) for name, form in forms.items()} for family, forms in _FORMS.items()
}
