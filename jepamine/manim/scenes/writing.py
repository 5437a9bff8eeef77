"""The family `writing`: titles, sentences, paragraphs, bullet lists, derivations and code listings."""

from __future__ import annotations

import contextlib

import numpy as np

from jepamine.manim.engine.style import number, pick
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.grounds import ink
from jepamine.manim.scenes.words import formula_code, listing, phrase, text_code


def add_left(scene: Composition, name: str, type_: str, code: str, x: float, y: float) -> None:
    """Add an object with its left edge at `x` and its centre at the height `y`."""
    left, _, right, _ = scene.extent(code)
    scene.place(name, type_, code, [x + (right - left) / 2, y])


def add_title(rng: np.random.Generator, scene: Composition) -> None:
    """Add a title at the top, at times underlined."""
    code = text_code(
        phrase(rng, rng.uniform(6, 30)),
        ink(rng, scene.ground),
        rng.uniform(0.4, 0.65),
        bold=rng.random() < 0.3,
    )
    title = scene.place("title", "text", code, [0, rng.uniform(3.0, 3.4)])
    if rng.random() < 0.3:
        y = number(title.span[1] - 0.15)
        left, right = number(title.span[0]), number(title.span[2])
        line = f"Line([{left}, {y}, 0], [{right}, {y}, 0], color={ink(rng, scene.ground)})"
        scene.add("underline", "line", line)


def sentences(rng: np.random.Generator, scene: Composition) -> None:
    """Draw one to eight texts or formulas anywhere."""
    height = rng.uniform(0.28, 0.6)
    for index in range(int(rng.integers(1, 9))):
        with contextlib.suppress(DoesNotFit):
            scene.put(f"text_{index + 1}", "text", _line(rng, scene, height), rng)


def paragraph(rng: np.random.Generator, scene: Composition) -> None:
    """Draw one text of several lines, at times below a title."""
    if rng.random() < 0.5:
        add_title(rng, scene)
    lines = [phrase(rng, rng.uniform(18, 44)) for _ in range(int(rng.integers(2, 8)))]
    code = text_code("\n".join(lines), ink(rng, scene.ground, plain=0.8), rng.uniform(0.22, 0.4))
    scene.place("paragraph", "text", code, [rng.uniform(-1.5, 1.5), rng.uniform(-1.5, 0.8)])


def bullets(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a list of lines with bullets or numbers, at times below a title."""
    if rng.random() < 0.7:
        add_title(rng, scene)
    count = int(rng.integers(2, 7))
    height, x, top = rng.uniform(0.26, 0.42), rng.uniform(-5.8, -2.5), rng.uniform(1.2, 2.2)
    step = min(rng.uniform(0.6, 1.1), (top + 3.2) / count)
    mark, color = pick(rng, ["dot", "dot", "dash", "none"]), ink(rng, scene.ground)
    for index in range(count):
        y = top - step * index
        if mark == "dot":
            scene.place(
                f"dot_{index + 1}", "dot", f"Dot(radius={number(height / 4.5)}, color={color})", [x, y]
            )
        prefix = "- " if mark == "dash" else ""
        code = text_code(prefix + phrase(rng, rng.uniform(6, 36)), ink(rng, scene.ground, plain=0.8), height)
        add_left(scene, f"line_{index + 1}", "text", code, x + 0.3, y)


def derivation(rng: np.random.Generator, scene: Composition) -> None:
    """Draw formulas below one another, at times with a remark to their right or a box around the last."""
    if rng.random() < 0.4:
        add_title(rng, scene)
    count = int(rng.integers(1, 6))
    height, step = rng.uniform(0.3, 0.6), rng.uniform(0.9, 1.3)
    x, color = rng.uniform(-3, 1), ink(rng, scene.ground)
    for index in range(count):
        y = step * ((count - 1) / 2 - index) - 0.4
        part = scene.place(f"formula_{index + 1}", "text", formula_code(rng, color, height), [x, y])
        if rng.random() < 0.25:
            remark = text_code(phrase(rng, rng.uniform(4, 16)), ink(rng, scene.ground), 0.24)
            add_left(scene, f"remark_{index + 1}", "text", remark, part.span[2] + 0.5, y)
    if rng.random() < 0.3:
        box = f"SurroundingRectangle(formula_{count}, color={pick(rng, list(scene.ground.inks))}, buff=0.15)"
        scene.add("box", "rectangle", box)


def code_listing(rng: np.random.Generator, scene: Composition) -> None:
    """Draw lines of code on a panel, at times with line numbers or a caption."""
    count = int(rng.integers(3, 11))
    height = rng.uniform(0.18, min(0.32, 4.5 / count / 1.6))
    code = text_code(listing(rng, count), ink(rng, scene.ground, plain=0.6), height)
    left, bottom, right, top = scene.extent(code)
    width, tall = right - left, top - bottom
    x, y = rng.uniform(-2, 2), rng.uniform(-0.8, 0.8)
    margin = rng.uniform(0.2, 0.5)
    numbered = rng.random() < 0.5
    panel = (
        f"RoundedRectangle(corner_radius=0.15, width={number(width + 2 * margin + 0.6 * numbered)}, "
        f"height={number(tall + 2 * margin)}, color=GRAY_D, fill_color=GRAY_E, fill_opacity=1)"
    )
    if rng.random() < 0.8:
        scene.place("panel", "rectangle", panel, [x - 0.3 * numbered, y])
        code = code.replace("color=BLACK", "color=WHITE")
    scene.place("listing", "text", code, [x, y])
    if numbered:
        numbers = text_code("\n".join(map(str, range(1, count + 1))), "GRAY", height)
        scene.place("numbers", "text", numbers, [x - width / 2 - 0.4, y])
    if rng.random() < 0.4:
        caption = text_code(phrase(rng, 14), ink(rng, scene.ground), 0.3)
        scene.place("caption", "text", caption, [x, y + tall / 2 + margin + 0.5])


def _line(rng: np.random.Generator, scene: Composition, height: float) -> str:
    color = ink(rng, scene.ground)
    if rng.random() < 0.4:
        return formula_code(rng, color, height)
    return text_code(phrase(rng), color, height, bold=rng.random() < 0.15, italic=rng.random() < 0.1)
