"""Moments within an animation: objects half drawn, half written, or faded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jepamine.manim.engine.style import number, pick
from jepamine.manim.scenes.composition import Composition, Part, extent_of
from jepamine.manim.scenes.real_statistics import AFFECTED

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
