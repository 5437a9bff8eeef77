"""The families of scenes, their forms, `random` and `overlap` among them; the family of each scene."""

from __future__ import annotations

import contextlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, combinations

import numpy as np

from jepamine.errors import UserError, did_you_mean
from jepamine.manim.engine.palette import DRAWN
from jepamine.manim.engine.style import Style, draw_style, pick
from jepamine.manim.layouts import MAX_OBJECTS, TYPES
from jepamine.manim.scenes import arranged, diagrams
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
from jepamine.manim.scenes.real_scenes import REAL_FAMILIES
from jepamine.utils.printing import words

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


def scattered(rng: np.random.Generator, scene: Composition) -> None:
    """Draw one to ten objects; fewer if the frame is full."""
    count = int(np.clip(round(rng.normal(5, 2.2)), 1, MAX_OBJECTS))
    # Many objects are small, a few are large: the frame is about as full either way.
    usual = float(np.clip(5.2 / np.sqrt(count), 1.3, 3.0))
    colors = [pick(rng, DRAWN) for _ in range(int(rng.choice([2, 3, 12])))]
    for number in range(count):
        type_ = pick(rng, TYPES)
        size = float(np.clip(usual * rng.lognormal(0, 0.3), 0.7, 4.0))
        code = MAKERS[type_](rng, size, draw_style(rng, pick(rng, colors)))
        with contextlib.suppress(DoesNotFit):
            scene.put(f"object_{number}", type_, code, rng)
    if not scene.parts:
        raise DoesNotFit
    scene.name_by_type()


Form = Callable[[np.random.Generator, Composition], None]

#: family -> form -> function that draws it; all forms of a family are equally frequent.
FAMILIES: dict[str, dict[str, Form]] = {
    "random": {"scattered": scattered},
    "structured": {
        "row": arranged.row,
        "column": arranged.column,
        "grid": arranged.grid,
        "pair": arranged.pair,
        "axes": diagrams.axes,
        "flowchart": diagrams.flowchart,
        "title": diagrams.heading,
        "measure": diagrams.measured,
        "number_line": diagrams.marked_line,
    },
    "overlap": {"stacked": stacked},
    **REAL_FAMILIES,
}
# Its multiples fall evenly on 0 .. 1, so that any run of scenes nearly has the requested shares.
GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class Shares:
    """The shares of the families; weights of any sum."""

    random: float = 0.4
    structured: float = 0.4
    overlap: float = 0.2
    writing: float = 0.0
    tables: float = 0.0
    plots: float = 0.0
    geometry: float = 0.0
    slides: float = 0.0
    notes: float = 0.0
    charts: float = 0.0
    figures: float = 0.0
    nested: float = 0.0

    def family(self, seed: int, index: int) -> str:
        """Return the family of scene `index` of a seed; it does not depend on the number of scenes."""
        start = float(np.random.default_rng([seed, 0xFA]).random())
        weights = {name: weight for name, weight in vars(self).items() if weight}
        bounds = list(accumulate(weights.values()))
        place = (start + index * GOLDEN) % 1 * bounds[-1]
        return list(weights)[min(bisect_right(bounds, place), len(bounds) - 1)]


def parse_shares(text: str) -> Shares:
    """Parse shares such as "random,overlap" (equal) or "random=0.3,structured=0.7".

    Raises UserError for an unknown family and a weight that is not a positive number.
    """
    weights = dict.fromkeys(FAMILIES, 0.0)
    for word in text.split(","):
        name, sign, weight = (part.strip() for part in word.partition("="))
        if name not in weights:
            known = ", ".join(FAMILIES)
            raise UserError(f"no family '{name}'{did_you_mean(name, FAMILIES)}; known: {known}")
        try:
            weights[name] = float(weight) if sign else 1.0
        except ValueError:
            weights[name] = -1.0
        if not 0 <= weights[name] < float("inf"):
            raise UserError(f"family {name}: '{weight}' is not a weight (0 or more)")
    if not any(weights.values()):
        raise UserError("no family has a weight above 0")
    return Shares(**weights)
