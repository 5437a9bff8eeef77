"""The family `slides`: title, text and figure side by side; panels; crowded frames; strokes drawn by hand."""

from __future__ import annotations

import contextlib
from itertools import pairwise

import numpy as np

from jepamine.manim.engine.style import draw_style, number, pick
from jepamine.manim.layouts import TYPES
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.grounds import MOST_OBJECTS, TEXT_SHARE, ink
from jepamine.manim.scenes.makers import MAKERS
from jepamine.manim.scenes.words import formula_code, phrase, text_code
from jepamine.manim.scenes.writing import add_left, add_title

_FIGURES = [type_ for type_ in TYPES if type_ != "text"]


def slide(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a title, lines of text on one side and a figure with a caption on the other."""
    add_title(rng, scene)
    side = pick(rng, [-1, 1])
    count, height = int(rng.integers(1, 5)), rng.uniform(0.24, 0.34)
    for index in range(count):
        y = 1.4 - index * rng.uniform(0.75, 0.95)
        color = ink(rng, scene.ground, plain=0.8)
        formula = rng.random() < 0.3
        code = (
            formula_code(rng, color, height)
            if formula
            else text_code(phrase(rng, rng.uniform(6, 22)), color, height)
        )
        add_left(scene, f"line_{index + 1}", "text", code, -6.4 if side < 0 else 0.6, y)
    type_ = pick(rng, _FIGURES)
    code = MAKERS[type_](rng, rng.uniform(1.5, 3.5), draw_style(rng, pick(rng, list(scene.ground.inks))))
    figure = scene.place("figure", type_, code, [-side * 3.6, rng.uniform(-1, 0.6)])
    if rng.random() < 0.6:
        caption = text_code(phrase(rng, rng.uniform(4, 18)), ink(rng, scene.ground), 0.25)
        scene.place("caption", "text", caption, [-side * 3.6, figure.span[1] - 0.4])
    if rng.random() < 0.3:
        brace = f"Brace(figure, {pick(rng, ['UP', 'LEFT', 'RIGHT'])}, color={ink(rng, scene.ground)})"
        scene.add("brace", "brace", brace)


def panels(rng: np.random.Generator, scene: Composition) -> None:
    """Draw two to four boxes with texts in them, joined by arrows, at times labelled."""
    count = int(rng.integers(2, 5))
    wide = min(rng.uniform(2.0, 3.2), 12.0 / count - 0.7)
    high, y = rng.uniform(0.9, 2.2), rng.uniform(-1.5, 1.5)
    step, color = 12.6 / count, ink(rng, scene.ground)
    fill = pick(rng, ["", ", fill_opacity=0.2"])
    kind = pick(rng, ["Rectangle(", "RoundedRectangle(corner_radius=0.2, "])
    for index in range(count):
        x = (index - (count - 1) / 2) * step
        box = f"{kind}width={number(wide)}, height={number(high)}, color={color}{fill})"
        scene.place(f"box_{index + 1}", "rectangle", box, [x, y])
        words = phrase(rng, rng.uniform(3, max(wide / 0.16, 4)))
        text = text_code(words, ink(rng, scene.ground, plain=0.8), min(0.3, wide / max(len(words), 1) / 0.5))
        scene.place(f"text_{index + 1}", "text", text, [x, y])
        if index:
            ends = f"box_{index}.get_right(), box_{index + 1}.get_left()"
            scene.add(f"arrow_{index}", "arrow", f"Arrow({ends}, buff=0.08, color={color})")
            if rng.random() < 0.3:
                label = text_code(phrase(rng, 5)[:7], ink(rng, scene.ground), 0.2)
                scene.add(f"label_{index}", "text", f"{label}.next_to(arrow_{index}, UP, buff=0.1)")


def crowd(rng: np.random.Generator, scene: Composition) -> None:
    """Draw many objects of few types, half of them texts, as frames do that hold up to forty."""
    count = int(rng.integers(11, MOST_OBJECTS + 1))
    types = [pick(rng, _FIGURES) for _ in range(int(rng.integers(1, 5)))]
    size = float(np.clip(4.2 / np.sqrt(count), 0.45, 1.2))
    for index in range(count):
        color = pick(rng, list(scene.ground.inks))
        text = rng.random() < TEXT_SHARE
        type_ = "text" if text else pick(rng, types)
        code = (
            text_code(phrase(rng, rng.uniform(1, 10)), color, size * rng.uniform(0.25, 0.45))
            if text
            else MAKERS[type_](rng, size * rng.lognormal(0, 0.25), draw_style(rng, color))
        )
        with contextlib.suppress(DoesNotFit):
            scene.put(f"object_{index}", type_, code, rng, gap=0.08, tries=12)


def by_hand(rng: np.random.Generator, scene: Composition) -> None:
    """Draw figures with strokes that wobble and do not quite close, as sketches do."""
    for index in range(int(rng.integers(1, 6))):
        type_ = pick(rng, ["circle", "ellipse", "square", "rectangle", "triangle", "line", "polygon", "text"])
        color, stroke = ink(rng, scene.ground, plain=0.6), int(rng.integers(3, 8))
        if type_ == "text":
            code = text_code(phrase(rng, rng.uniform(1, 9)), color, rng.uniform(0.3, 0.6), italic=True)
        else:
            points = ", ".join(f"[{number(x)}, {number(y)}, 0]" for x, y in _wobbly(rng, type_))
            code = f"VMobject(color={color}, stroke_width={stroke}).set_points_smoothly([{points}])"
        with contextlib.suppress(DoesNotFit):
            scene.put(f"object_{index}", type_, code, rng)


def _wobbly(rng: np.random.Generator, type_: str) -> list[tuple[float, float]]:
    """Return points along a figure, moved a little, from a corner almost back to it."""
    wide = rng.uniform(1.0, 3.0)
    high = wide if type_ in ("circle", "square") else wide * rng.uniform(0.4, 0.8)
    if type_ == "line":
        corners = np.array([[0, 0], [rng.uniform(1.5, 4), rng.uniform(-1.5, 1.5)]])
    else:
        sides = {"square": 4, "rectangle": 4, "triangle": 3, "polygon": int(rng.integers(5, 7))}.get(
            type_, 24
        )
        turns = np.pi / 2 + np.pi / sides * (sides == 4) + 2 * np.pi * np.arange(sides + 1) / sides
        scale = 2**0.5 if sides == 4 else 1.0
        corners = np.stack([np.cos(turns) * wide, np.sin(turns) * high], axis=1) / 2 * scale
    steps = 1 if len(corners) > 20 else 8
    shares = np.linspace(0, 1, steps, endpoint=False)[:, None]
    points = np.concatenate([a + shares * (b - a) for a, b in pairwise(corners)])
    points = np.concatenate([points, corners[-1:]])
    wobble = rng.normal(0, 0.012 * wide, points.shape)
    moved = points + np.cumsum(rng.normal(0, 0.004 * wide, points.shape), axis=0) + wobble
    return [(float(x), float(y)) for x, y in moved]
