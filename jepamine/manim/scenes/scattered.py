"""The family `random`: objects of any type at any place, none on another."""

from __future__ import annotations

import contextlib

import numpy as np

from jepamine.manim.engine.palette import DRAWN
from jepamine.manim.engine.style import draw_style, pick
from jepamine.manim.layouts import MAX_OBJECTS, TYPES
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.makers import MAKERS


def scattered(rng: np.random.Generator, scene: Composition) -> None:
    """One to ten objects; fewer where the frame is full."""
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
