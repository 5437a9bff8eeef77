"""The family `overlap`: filled figures on one another, and strokes and texts across them."""

from __future__ import annotations

import contextlib
from itertools import combinations

import numpy as np

from jepamine.manim.engine.palette import DRAWN
from jepamine.manim.engine.style import Style, draw_style, pick
from jepamine.manim.scenes.composition import (
    WHOLE,
    Composition,
    DoesNotFit,
    extent_of,
    inside,
    meet,
    near,
    shifted,
)
from jepamine.manim.scenes.makers import MAKERS
from jepamine.utils.words import words

FIGURES = words("circle square rectangle triangle ellipse star polygon annulus number_plane")
ACROSS = words("line dashed_line arrow double_arrow arc text dot axes brace function_graph")


def stacked(rng: np.random.Generator, scene: Composition) -> None:
    """Draw two to seven objects, most of them partly on an earlier one, no two with nearly one centre."""
    count = int(rng.integers(2, 8))
    colors = rng.permutation(DRAWN)
    usual = float(np.clip(5.6 / np.sqrt(count), 1.6, 3.2))
    for number in range(count):
        type_ = pick(rng, FIGURES if number == 0 or rng.random() < 0.75 else ACROSS)
        size = float(np.clip(usual * rng.lognormal(0, 0.25), 1.0, 4.0))
        code = MAKERS[type_](rng, size, _solid(rng, str(colors[number])))
        with contextlib.suppress(DoesNotFit):
            if not scene.parts or rng.random() < 0.15:
                scene.put(f"object_{number}", type_, code, rng)
            else:
                _lay(rng, scene, f"object_{number}", type_, code)
    if not any(meet(a.span, b.span) for a, b in combinations(scene.parts, 2)):
        raise DoesNotFit
    scene.name_by_type()


def _solid(rng: np.random.Generator, color: str) -> Style:
    style = draw_style(rng, color)
    fill = float(rng.choice([0.0, 0.5, 0.8, 1.0, 1.0, 1.0]))
    return Style(style.color, fill, style.stroke, style.border if fill >= 0.5 else None)


def _lay(rng: np.random.Generator, scene: Composition, name: str, type_: str, code: str) -> None:
    """Place an object where it overlaps an existing one, with their centres apart."""
    mobject = scene.engine.evaluate(code, {})
    drawn = extent_of(mobject)
    half = np.array([drawn[2] - drawn[0], drawn[3] - drawn[1]]) / 2
    middle = np.array([drawn[0] + drawn[2], drawn[1] + drawn[3]]) / 2
    offset = mobject.get_center()[:2] - middle
    names = tuple(part.name for part in scene.parts)
    for _ in range(30):
        under = scene.parts[int(rng.integers(len(scene.parts)))].span
        half_under = np.array([under[2] - under[0], under[3] - under[1]]) / 2
        centre = np.array([under[0] + under[2], under[1] + under[3]]) / 2
        there = centre + rng.uniform(-0.75, 0.75, 2) * (half + half_under)
        box = shifted(drawn, *(there - middle))
        apart = not any(near(box, part.span, 0.7) for part in scene.parts)
        if apart and meet(box, under) and inside(box, WHOLE):
            scene.put_at(name, type_, code, mobject, (there + offset).tolist(), on=names)
            return
    raise DoesNotFit
