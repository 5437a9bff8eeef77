"""The family `tables`: tables, matrices, arrays of boxes and bar charts."""

from __future__ import annotations

import numpy as np

from jepamine.manim.engine.style import number, pick
from jepamine.manim.scenes.composition import Composition
from jepamine.manim.scenes.grounds import ink
from jepamine.manim.scenes.words import figure, phrase, text_code
from jepamine.manim.scenes.writing import add_title


def table(rng: np.random.Generator, scene: Composition) -> None:
    """Draw entries in rows and columns with lines between them, some also around them."""
    if rng.random() < 0.4:
        add_title(rng, scene)
    rows, columns = int(rng.integers(2, 6)), int(rng.integers(2, 6))
    wide, high = rng.uniform(1.1, min(2.6, 12 / columns)), rng.uniform(0.55, min(1.1, 5.4 / rows))
    height, line = rng.uniform(0.22, 0.34), ink(rng, scene.ground, plain=0.7)
    x, y = rng.uniform(-0.8, 0.8), -0.4
    words = rng.random() < 0.4
    for row in range(rows):
        for column in range(columns):
            heading = words and 0 in (row, column)
            text = phrase(rng, rng.uniform(3, 7)) if heading else figure(rng)
            place = [x + (column - (columns - 1) / 2) * wide, y + ((rows - 1) / 2 - row) * high]
            code = text_code(
                text[: max(int(wide / height / 0.55), 2)], ink(rng, scene.ground, plain=0.85), height
            )
            scene.place(f"entry_{row + 1}_{column + 1}", "text", code, place)
    outside = int(rng.random() < 0.5)
    left, top = x - columns * wide / 2, y + rows * high / 2
    for row in range(1 - outside, rows + outside):
        _line(scene, f"row_{row}", (left, top - row * high), (left + columns * wide, top - row * high), line)
    for column in range(1 - outside, columns + outside):
        _line(
            scene,
            f"column_{column}",
            (left + column * wide, top),
            (left + column * wide, top - rows * high),
            line,
        )


def matrix(rng: np.random.Generator, scene: Composition) -> None:
    """Draw one or two matrices: entries between square brackets, at times with a sign or a name between."""
    if rng.random() < 0.3:
        add_title(rng, scene)
    color, height = ink(rng, scene.ground), rng.uniform(0.28, 0.42)
    rows = int(rng.integers(2, 5))
    count = int(rng.integers(1, 3))
    width = 0.0
    x = rng.uniform(-4.5, -2.5) if count == 2 else rng.uniform(-2, 0.5)
    for index in range(count):
        columns = int(rng.integers(1, 4))
        wide, high = rng.uniform(0.9, 1.3), rng.uniform(0.7, 1.0)
        x += width / 2 + (1.6 if index else 0)
        width = columns * wide
        for row in range(rows):
            for column in range(columns):
                place = [x + (column - (columns - 1) / 2) * wide, ((rows - 1) / 2 - row) * high - 0.3]
                code = text_code(figure(rng)[:4], color, height)
                scene.place(f"entry_{index}_{row}_{column}", "text", code, place)
        for side in (-1, 1):
            edge, tip, half = (
                x + side * (width / 2 + 0.1),
                x + side * (width / 2 - 0.1),
                rows * high / 2 + 0.1,
            )
            corners = [(tip, half - 0.3), (edge, half - 0.3), (edge, -half - 0.3), (tip, -half - 0.3)]
            points = ", ".join(f"[{number(a)}, {number(b)}, 0]" for a, b in corners)
            code = f"VMobject(color={color}).set_points_as_corners([{points}])"
            scene.add(f"bracket_{index}_{side + 1}", "polygon", code)
        x += width / 2
    if count == 2 and rng.random() < 0.7:
        sign = text_code(pick(rng, ["=", "+", "·", "→"]), color, height)
        scene.place("sign", "text", sign, [x - width - 0.8, -0.3])


def boxes(rng: np.random.Generator, scene: Composition) -> None:
    """Draw an array: a row of boxes with values in them, indices below, and an arrow to one."""
    count = int(rng.integers(3, 11))
    side = rng.uniform(0.6, min(1.2, 12.5 / count))
    y, color = rng.uniform(-1.5, 1.5), ink(rng, scene.ground)
    marked = int(rng.integers(count))
    for index in range(count):
        place = [(index - (count - 1) / 2) * side, y]
        fill = ", fill_opacity=0.5" if index == marked else ""
        scene.place(
            f"box_{index}", "square", f"Square(side_length={number(side)}, color={color}{fill})", place
        )
        scene.place(
            f"value_{index}", "text", text_code(figure(rng)[:3], ink(rng, scene.ground), side * 0.35), place
        )
        if count < 8:
            code = text_code(str(index), ink(rng, scene.ground), 0.2)
            scene.place(f"index_{index}", "text", code, [place[0], y - side / 2 - 0.3])
    if rng.random() < 0.6:
        x, tail = (marked - (count - 1) / 2) * side, y + side / 2 + rng.uniform(0.9, 1.4)
        ends = f"[{number(x)}, {number(tail)}, 0], [{number(x)}, {number(y + side / 2)}, 0]"
        scene.add("arrow", "arrow", f"Arrow({ends}, buff=0.1, color={pick(rng, list(scene.ground.inks))})")
        name = text_code(phrase(rng, 5), ink(rng, scene.ground), 0.28)
        scene.place("pointer", "text", name, [x, tail + 0.3])


def bars(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a bar chart: axes, bars of one or several colours, labels below and values above."""
    if rng.random() < 0.5:
        add_title(rng, scene)
    count = int(rng.integers(3, 8))
    wide, tall = rng.uniform(5, 10), rng.uniform(3, 4.4)
    x0, y0 = -wide / 2 + rng.uniform(-0.8, 0.8), -2.7
    line = ink(rng, scene.ground, plain=0.8)
    if rng.random() < 0.8:
        axes = (
            f"Axes(x_range=[0, {count}, 1], y_range=[0, 5, 1], x_length={number(wide)}, "
            f"y_length={number(tall)}, tips=False).set_color({line})"
        )
        scene.place("axes", "axes", axes, [x0 + wide / 2, y0 + tall / 2])
    else:
        _line(scene, "base", (x0, y0), (x0 + wide, y0), line)
    colors = [pick(rng, list(scene.ground.inks)) for _ in range(count if rng.random() < 0.5 else 1)]
    labelled, valued = rng.random() < 0.7, rng.random() < 0.5
    for index in range(count):
        high = tall * rng.uniform(0.1, 0.95)
        x = x0 + (index + 0.5) * wide / count
        bar = (
            f"Rectangle(width={number(wide / count * 0.62)}, height={number(high)}, "
            f"color={colors[index % len(colors)]}, fill_opacity={pick(rng, ['0.6', '1'])})"
        )
        scene.place(f"bar_{index + 1}", "rectangle", bar, [x, y0 + high / 2])
        if labelled:
            label = text_code(
                phrase(rng, 4)[: max(int(wide / count / 0.16), 1)], ink(rng, scene.ground), 0.22
            )
            scene.place(f"label_{index + 1}", "text", label, [x, y0 - 0.35])
        if valued:
            value = text_code(figure(rng), ink(rng, scene.ground), 0.2)
            scene.place(f"value_{index + 1}", "text", value, [x, y0 + high + 0.25])


def _line(scene: Composition, name: str, a: tuple[float, float], b: tuple[float, float], color: str) -> None:
    ends = ", ".join(f"[{number(x)}, {number(y)}, 0]" for x, y in (a, b))
    scene.add(name, "line", f"Line({ends}, color={color}, stroke_width=3)")
