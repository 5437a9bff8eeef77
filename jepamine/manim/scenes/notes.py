"""The family `notes`: what people write in frames, as texts, TeX and formulas of any size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jepamine.manim.engine.style import number, pick
from jepamine.manim.layouts import FRAME_WIDTH
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.formulas import formula, label
from jepamine.manim.scenes.grounds import ink
from jepamine.manim.scenes.tables import matrix
from jepamine.manim.scenes.words import figure, phrase, text_code

# The widest line, in units.
WIDEST = FRAME_WIDTH - 0.6


def short(rng: np.random.Generator, color: str, scale: float) -> str:
    """Return the expression of a label: TeX, a word or a number, scaled from Manim's usual size."""
    draw = rng.random()
    if draw < 0.5:
        return f'MathTex(r"{label(rng)}", color={color}).scale({number(scale)})'
    content = figure(rng) if draw < 0.65 else phrase(rng, rng.uniform(1, 10))
    return text_code(content, color, 0.4 * scale)


def words(rng: np.random.Generator, color: str, scale: float, length: float | None = None) -> str:
    """Return the expression of a text or a formula in the scene's font or TeX's, scaled to fit."""
    draw = rng.random()
    if draw < 0.4:
        return f'MathTex(r"{formula(rng)}", color={color}).scale({number(scale)})'
    content = phrase(rng, length)
    # Computer Modern is narrower.
    fit = min(scale, WIDEST / (0.34 * max(len(content), 1)))
    bold, italic = rng.random() < 0.1, rng.random() < 0.08
    return text_code(content, color, max(0.48 * fit, 0.1), bold=bold, italic=italic)


def put(scene: Composition, name: str, code: str, place: list[float]) -> None:
    """Add a text, made narrower if it is wider than the frame."""
    left, _, right, _ = scene.extent(code)
    if right - left > WIDEST:
        code = f"{code}.scale({number(WIDEST / (right - left) - 0.01)})"
    scene.place(name, "text", code, place)


def usual_scale(rng: np.random.Generator) -> float:
    """Draw a scale of texts: mostly Manim's own, often smaller, at times much larger."""
    return float(np.clip(rng.choice([0.45, 0.6, 0.8, 1.0, 1.0, 1.5]) * rng.lognormal(0, 0.2), 0.35, 3))


def headline(rng: np.random.Generator, scene: Composition) -> float:
    """Add a title at the top or its left corner, at times with a line below; return where it ends."""
    code = words(rng, ink(rng, scene.ground), rng.uniform(0.7, 1.4), rng.uniform(4, 34))
    left, bottom, right, top = scene.extent(code)
    if right - left > WIDEST:
        raise DoesNotFit
    y = 4 - float(rng.choice([0.25, 0.5])) - (top - bottom) / 2
    x = 0.0 if rng.random() < 0.75 else -FRAME_WIDTH / 2 + 0.4 + (right - left) / 2
    scene.place("title", "text", code, [x, y])
    below = y - (top - bottom) / 2
    draw = rng.random()
    if draw < 0.2:
        half, at = (right - left) / 2, below - 0.1
    elif draw < 0.35:
        half, at, x = rng.uniform(4, 6.8), below - 0.3, 0.0
    else:
        return below
    ends = f"[{number(x - half)}, {number(at)}, 0], [{number(x + half)}, {number(at)}, 0]"
    scene.add(
        "rule", "line", f"Line({ends}, color={ink(rng, scene.ground)}, stroke_width={pick(rng, '234')})"
    )
    return at


def stack(rng: np.random.Generator, scene: Composition) -> None:
    """Draw texts and formulas below one another, centred or aligned, at times below a title."""
    top = headline(rng, scene) if rng.random() < 0.4 else 3.8
    count, scale, color = int(rng.integers(1, 7)), usual_scale(rng), ink(rng, scene.ground)
    kind = rng.choice(["mixed", "formulas"])
    codes = []
    for _ in range(count):
        shade = color if rng.random() < 0.7 else ink(rng, scene.ground)
        if kind == "formulas":
            codes.append(f'MathTex(r"{formula(rng)}", color={shade}).scale({number(scale)})')
        else:
            codes.append(words(rng, shade, scale * rng.lognormal(0, 0.1)))
    spans = [scene.extent(code) for code in codes]
    high = [box[3] - box[1] for box in spans]
    gap = rng.uniform(0.15, 0.9)
    while len(high) > 1 and sum(high) + gap * len(high) > top + 3.7:
        high.pop()
    y = (top - 3.8) / 2 + (sum(high) + gap * (len(high) - 1)) / 2 if rng.random() < 0.6 else top - gap
    left = rng.uniform(-6.8, -2) if rng.random() < 0.4 else None
    x = rng.uniform(-3, 3) if rng.random() < 0.25 else 0.0
    for index, (code, box, tall) in enumerate(zip(codes, spans, high, strict=False)):
        half = min(box[2] - box[0], WIDEST) / 2
        at = x if left is None else left + half
        at = float(np.clip(at, -7 + half, 7 - half))
        put(scene, f"line_{index + 1}", code, [at, y - tall / 2])
        y -= tall + gap
    if rng.random() < 0.3:
        mark(rng, scene, pick(rng, [part.name for part in scene.parts if part.type == "text"]))


def single(rng: np.random.Generator, scene: Composition) -> None:
    """Draw one to three large texts or formulas."""
    for index in range(int(rng.choice([1, 1, 1, 2, 3]))):
        scale = rng.choice([0.8, 1.0, 1.5, 2.5]) * rng.lognormal(0, 0.2)
        code = words(rng, ink(rng, scene.ground), float(scale), rng.choice([4, 9, 14, 22, 40]))
        if index == 0 and rng.random() < 0.7:
            put(scene, "text_1", code, [0.0, rng.uniform(-0.5, 0.5) if rng.random() < 0.3 else 0.0])
        else:
            scene.put(f"text_{index + 1}", "text", code, rng)
    if rng.random() < 0.3:
        mark(rng, scene, "text_1")


def counters(rng: np.random.Generator, scene: Composition) -> None:
    """Draw short labels and numbers anywhere, on their own or beside a dot or a square."""
    scale = usual_scale(rng)
    for index in range(int(rng.integers(1, 9))):
        scene.put(f"label_{index + 1}", "text", short(rng, ink(rng, scene.ground), scale), rng)
        if rng.random() < 0.3:
            color = ink(rng, scene.ground)
            code = f"Dot(color={color}).next_to(label_{index + 1}, {pick(rng, ['LEFT', 'DOWN'])})"
            scene.add(f"dot_{index + 1}", "dot", code)


def mark(rng: np.random.Generator, scene: Composition, name: str) -> None:
    """Add a frame around an object, a line below it, a brace with a label, or an arrow that points to it."""
    color, draw = ink(rng, scene.ground, plain=0.2), rng.random()
    if draw < 0.35:
        buff = number(rng.uniform(0.05, 0.3))
        scene.add("frame", "rectangle", f"SurroundingRectangle({name}, color={color}, buff={buff})")
    elif draw < 0.5:
        scene.add("underline", "line", f"Underline({name}, color={color})")
    elif draw < 0.8:
        side = pick(rng, ["DOWN", "DOWN", "UP", "LEFT", "RIGHT"])
        scene.add("brace", "brace", f"Brace({name}, {side}, color={color})")
        if rng.random() < 0.8:
            code = f"{short(rng, color, rng.uniform(0.6, 1))}.next_to(brace, {side}, buff=0.15)"
            scene.add("brace_label", "text", code)
    else:
        side = pick(rng, ["DOWN", "UP", "LEFT", "RIGHT"])
        ends = f"{name}.get_critical_point({side}) + 1.2 * {side}, {name}.get_critical_point({side})"
        scene.add("pointer", "arrow", f"Arrow({ends}, buff=0.1, color={color})")


def matrices(rng: np.random.Generator, scene: Composition) -> None:
    """Draw matrices whose brackets are texts, as Manim's Matrix sets them."""
    matrix(rng, scene)
    scene.parts = [
        replace(part, type="text") if part.name.startswith("bracket") else part for part in scene.parts
    ]
