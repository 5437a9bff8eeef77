"""The family `figures`: few figures of Manim's usual sizes, anywhere, over one another, marked and named."""

from __future__ import annotations

import contextlib
from math import cos, sin, tau

import numpy as np

from jepamine.manim.engine.style import number, pick, vector
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.grounds import ink
from jepamine.manim.scenes.notes import headline, mark, short

# Expressions of figures of Manim's usual sizes, with the type that each looks like.
_USUAL = (
    ("Circle(", "circle"),
    ("Circle(", "circle"),
    ("Circle(radius=2, ", "circle"),
    ("Square(", "square"),
    ("Square(", "square"),
    ("Square(side_length=1, ", "square"),
    ("Square(side_length=3.5, ", "square"),
    ("Triangle(", "triangle"),
    ("Rectangle(", "rectangle"),
    ("Rectangle(width=6, height=3, ", "rectangle"),
    ("Rectangle(width=1, height=2.5, ", "rectangle"),
    ("RoundedRectangle(corner_radius=0.4, ", "rectangle"),
    ("Ellipse(width=4, height=5, ", "ellipse"),
    ("Ellipse(width=4, height=1.6, ", "ellipse"),
    ("RegularPolygon(n=5, ", "polygon"),
    ("RegularPolygon(n=6, ", "polygon"),
    ("Polygon([0, 0, 0], [3, 0, 0], [3, 1, 0], [1, 2.5, 0], ", "polygon"),
    ("Star(", "star"),
    ("Annulus(inner_radius=0.6, outer_radius=1, ", "annulus"),
    ("Arc(angle=PI / 2, ", "arc"),
    ("Arc(angle=4, ", "arc"),
    ("AnnularSector(inner_radius=0.7, outer_radius=1.6, angle=1.3, ", "arc"),
    ("Sector(radius=1.5, angle=1.1, ", "arc"),
    ("Line(LEFT, RIGHT, ", "line"),
    ("Line([-2, -1, 0], [2, 1, 0], ", "line"),
    ("Line(ORIGIN, 3 * UP, ", "line"),
    ("Arrow(ORIGIN, [2, 2, 0], ", "arrow"),
    ("Arrow(LEFT, RIGHT, ", "arrow"),
    ("Arrow(UP, DOWN, ", "arrow"),
    ("DoubleArrow(2 * LEFT, 2 * RIGHT, ", "double_arrow"),
    ("DashedLine(2 * LEFT, 2 * RIGHT, ", "dashed_line"),
    ("Dot(", "dot"),
    ("Dot(", "dot"),
    ("Dot(", "dot"),
    ("Dot(radius=0.15, ", "dot"),
)
_ROUND = ("circle", "dot", "annulus")


def figure(rng: np.random.Generator, scene: Composition) -> tuple[str, str]:
    """Return (expression, type) of a figure in its usual size, at times scaled or turned."""
    code, type_ = pick(rng, _USUAL)
    fill = ""
    if type_ not in ("line", "arrow", "double_arrow", "dashed_line", "dot") and code[:3] != "Arc":
        opacity = rng.choice([0.0, 0.0, 0.3, 0.5, 0.8, 1.0])
        fill = f", fill_opacity={number(opacity)}" if opacity else ""
    width = (
        f", stroke_width={int(rng.choice([1, 2, 2, 6, 8]))}" if rng.random() < 0.3 and type_ != "dot" else ""
    )
    code = f"{code}color={ink(rng, scene.ground, plain=0.25)}{fill}{width})"
    if rng.random() < 0.5:
        code += f".scale({number(float(np.clip(rng.lognormal(-0.1, 0.5), 0.3, 2.5)))})"
    if rng.random() < 0.25 and type_ not in _ROUND:
        code += f".rotate({int(rng.integers(1, 24)) * 15} * DEGREES)"
    return code, type_


def usual(rng: np.random.Generator, scene: Composition) -> None:
    """Draw one to six figures at the centre or shifted by whole units, over one another or not."""
    scene.clipped = True
    if rng.random() < 0.2:
        headline(rng, scene)
    apart = rng.random() < 0.5
    for index in range(int(rng.choice([1, 1, 2, 2, 3, 3, 4, 5, 6]))):
        code, type_ = figure(rng, scene)
        name = f"figure_{index + 1}"
        if apart and index:
            with contextlib.suppress(DoesNotFit):
                scene.put(name, type_, code, rng)
        elif rng.random() < 0.35:
            scene.place(name, type_, code, [0.0, 0.0])
        else:
            grid = pick(rng, [1.0, 0.5])
            at = [grid * round(rng.normal(0, 2.4) / grid), grid * round(rng.normal(0, 1.4) / grid)]
            scene.place(name, type_, code, at)
        if rng.random() < 0.3 and any(part.name == name for part in scene.parts):
            side = pick(rng, ["UP", "DOWN", "LEFT", "RIGHT"])
            place = f".next_to({name}, {side})" if rng.random() < 0.7 else f".move_to({name})"
            code = f"{short(rng, ink(rng, scene.ground), rng.uniform(0.5, 1.2))}{place}"
            scene.add(f"label_{index + 1}", "text", code)
    if rng.random() < 0.2:
        mark(rng, scene, pick(rng, [part.name for part in scene.parts]))


def alike(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a row or grid of equal figures, near one another or touching, some with a label each."""
    rows, columns = int(rng.choice([1, 1, 1, 2, 3, 4])), int(rng.integers(2, 9))
    code, type_ = figure(rng, scene)
    left, bottom, right, top = scene.extent(code)
    gap = rng.choice([0.0, 0.1, 0.25, 0.5, 1.0])
    wide, tall = max(right - left, 0.1) + gap, max(top - bottom, 0.1) + gap
    fit = min(1.0, 13 / (wide * columns), 7 / (tall * rows))
    labelled = rng.random() < 0.5
    if rows * columns * (1 + labelled) > scene.limit:
        raise DoesNotFit
    x, y = (13.4 - wide * columns * fit) / 2, (7.2 - tall * rows * fit) / 2
    x, y = x * rng.uniform(-1, 1), y * rng.uniform(-1, 1)
    inside = type_ in ("circle", "square", "rectangle", "polygon", "triangle") and min(wide, tall) * fit > 0.6
    scale = min(0.9, 0.5 * min(wide, tall) * fit)
    for index in range(rows * columns):
        row, column = divmod(index, columns)
        at = [x + (column - (columns - 1) / 2) * wide * fit, y + ((rows - 1) / 2 - row) * tall * fit]
        shade = f".set_color({pick(rng, list(scene.ground.inks))})" if rng.random() < 0.15 else ""
        scene.place(f"figure_{index + 1}", type_, f"{code}.scale({fit:.3f}){shade}", at)
        if labelled and (inside or rows == 1):
            place = at if inside else [at[0], at[1] - tall * fit / 2 - 0.35]
            words = short(rng, ink(rng, scene.ground), max(scale, 0.4))
            scene.place(f"label_{index + 1}", "text", words, place)


def corner(rng: np.random.Generator, scene: Composition) -> None:
    """Draw lines or arrows from one point, the angles between them, and their names."""
    x, y = rng.uniform(-2.5, 2.5), rng.uniform(-1.5, 0.5)
    turn, color = rng.uniform(0, tau), ink(rng, scene.ground)
    kind = pick(rng, [("Line", "line"), ("Line", "line"), ("Arrow", "arrow")])
    count = int(rng.integers(2, 4))
    start = vector(x, y)
    for index in range(count):
        long = rng.uniform(1.0, 3.2)
        end = vector(x + long * cos(turn), y + long * sin(turn))
        shade = color if rng.random() < 0.6 else ink(rng, scene.ground, plain=0.1)
        buff = ", buff=0" if kind[0] == "Arrow" else ""
        scene.add(f"side_{index + 1}", kind[1], f"{kind[0]}({start}, {end}{buff}, color={shade})")
        step = rng.uniform(0.5, 2.4)
        if index + 1 < count or rng.random() < 0.2:
            radius = number(rng.uniform(0.3, 0.9))
            arc = f"Arc(radius={radius}, start_angle={number(turn)}, angle={number(step)}, color={shade})"
            if rng.random() < 0.75:
                scene.add(f"angle_{index + 1}", "arc", f"{arc}.shift({start})")
            if rng.random() < 0.7:
                away = float(radius) + 0.4
                at = [x + away * cos(turn + step / 2), y + away * sin(turn + step / 2)]
                scene.place(f"angle_name_{index + 1}", "text", short(rng, shade, rng.uniform(0.5, 1)), at)
        turn += step
    if rng.random() < 0.3:
        scene.place("vertex", "dot", f"Dot(color={color})", [x, y])


def measured(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a figure or a line with braces along its sides, and what they measure."""
    code, type_ = figure(rng, scene)
    scene.place("figure", type_, code, [rng.uniform(-1.5, 1.5), rng.uniform(-0.7, 0.7)])
    if type_ == "line" and rng.random() < 0.5:
        for place in ("start", "end"):
            scene.add(f"dot_{place}", "dot", f"Dot(figure.get_{place}())")
    for side in rng.permutation(["DOWN", "UP", "LEFT", "RIGHT"])[: int(rng.integers(1, 3))]:
        color = ink(rng, scene.ground)
        slanted = type_ == "line" and rng.random() < 0.5
        along = "figure.copy().rotate(PI / 2).get_unit_vector()" if slanted else side
        name = f"brace_{side.lower()}"
        scene.add(name, "brace", f"Brace(figure, direction={along}, color={color})")
        if rng.random() < 0.8:
            at = f".next_to({name}, {along}, buff=0.15)"
            code = f"{short(rng, color, rng.uniform(0.6, 1.1))}{at}"
            scene.add(f"{name}_label", "text", code)
