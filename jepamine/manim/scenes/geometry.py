"""The family `geometry`: figures with named points, lines that meet, angles, and graphs and trees."""

from __future__ import annotations

from math import cos, hypot, sin, tau

import numpy as np

from jepamine.manim.engine.style import number, pick
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.grounds import ink
from jepamine.manim.scenes.words import figure, formula_code, phrase, text_code
from jepamine.manim.scenes.writing import add_title

Point = tuple[float, float]
_NAMES = "ABCDEFGHKLMNPQRSTUVW"


def construction(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a polygon with named corners, its diagonals or a circle through it, angles and lengths."""
    if rng.random() < 0.3:
        add_title(rng, scene)
    corners = int(rng.integers(3, 6))
    radius, centre = rng.uniform(1.6, 2.6), (rng.uniform(-3, 3), rng.uniform(-0.9, 0.1))
    turns = np.sort(rng.uniform(0, tau, corners))
    if np.diff(np.append(turns, turns[0] + tau)).min() < 0.6:
        raise DoesNotFit
    points = [(centre[0] + radius * cos(turn), centre[1] + radius * sin(turn)) for turn in turns]
    color = ink(rng, scene.ground)
    if rng.random() < 0.4:
        code = f"Circle(radius={number(radius)}, color={pick(rng, list(scene.ground.inks))})"
        scene.place("circle", "circle", code, list(centre))
    sides = list(zip(points, [*points[1:], points[0]], strict=True))
    if rng.random() < 0.5:
        fill = pick(rng, ["", "", ", fill_opacity=0.3"])
        kind = "triangle" if corners == 3 else "polygon"
        scene.add("figure", kind, f"Polygon({', '.join(map(_point, points))}, color={color}{fill})")
    else:
        for index, side in enumerate(sides):
            _stroke(scene, f"side_{index + 1}", "Line", *side, color)
    if corners > 3 and rng.random() < 0.5:
        for index in range(corners - 3):
            _stroke(
                scene,
                f"diagonal_{index + 1}",
                pick(rng, ["Line", "DashedLine"]),
                points[0],
                points[index + 2],
                color,
            )
    dots = rng.random() < 0.7
    for index, point in enumerate(points):
        if dots:
            scene.place(
                f"dot_{index + 1}",
                "dot",
                f"Dot(radius={pick(rng, ['0.06', '0.08', '0.1'])}, color={color})",
                list(point),
            )
        away = hypot(point[0] - centre[0], point[1] - centre[1])
        label = [
            point[0] + 0.35 * (point[0] - centre[0]) / away,
            point[1] + 0.35 * (point[1] - centre[1]) / away,
        ]
        name = text_code(_NAMES[index], ink(rng, scene.ground), rng.uniform(0.26, 0.34), italic=True)
        scene.place(f"name_{index + 1}", "text", name, label)
    if rng.random() < 0.4:
        _angle(rng, scene, points[0], points[1], points[-1])
    if rng.random() < 0.4:
        (ax, ay), (bx, by) = sides[0]
        length = formula_code(rng, color, 0.24) if rng.random() < 0.5 else text_code(figure(rng), color, 0.26)
        scene.place("length", "text", length, [(ax + bx) / 2 + 0.3, (ay + by) / 2 + 0.2])


def pencil(rng: np.random.Generator, scene: Composition) -> None:
    """Draw lines or arrows that meet in one point, as vectors do, with labels at their ends."""
    centre = (rng.uniform(-2.5, 2.5), rng.uniform(-1, 1))
    count = int(rng.integers(2, 7))
    kind = pick(rng, ["Line", "Arrow", "Arrow", "DashedLine"])
    if rng.random() < 0.25:
        axes = f"NumberPlane(){'.set_color(GRAY)' if scene.ground.text == 'BLACK' else ''}"
        scene.place("plane", "number_plane", f"{axes}.scale(0.95)", [0, 0])
    turns = np.sort(rng.uniform(0, tau, count))
    if count > 1 and np.diff(turns).min() < 0.25:
        raise DoesNotFit
    for index, turn in enumerate(turns):
        long = rng.uniform(1.2, 3.0)
        end = (centre[0] + long * cos(turn), centre[1] + long * sin(turn))
        color = pick(rng, list(scene.ground.inks))
        _stroke(scene, f"line_{index + 1}", kind, centre, end, color)
        if rng.random() < 0.5:
            label = [end[0] + 0.3 * cos(turn), end[1] + 0.3 * sin(turn)]
            scene.place(
                f"label_{index + 1}", "text", text_code(_NAMES[index].lower(), color, 0.3, italic=True), label
            )
    if rng.random() < 0.6:
        scene.place("centre", "dot", f"Dot(color={ink(rng, scene.ground)})", list(centre))


def network(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a graph: vertices anywhere in a ring, some joined by edges or arrows."""
    count = int(rng.integers(3, 9))
    wide, high = rng.uniform(2.2, 5), rng.uniform(1.6, 2.7)
    start = rng.uniform(0, tau)
    points = [
        (wide * cos(start + tau * index / count), high * sin(start + tau * index / count) - 0.2)
        for index in range(count)
    ]
    if rng.random() < 0.3:
        points[0] = (0.0, -0.2)
    pairs = [(a, b) for a in range(count) for b in range(a)]
    chosen = rng.permutation(len(pairs))[: int(rng.integers(count - 1, 2 * count))]
    _graph(rng, scene, points, [pairs[int(index)] for index in chosen])


def tree(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a tree of three or four levels."""
    if rng.random() < 0.3:
        add_title(rng, scene)
    levels = [1]
    for _ in range(int(rng.integers(1, 4))):
        levels.append(min(levels[-1] * int(rng.integers(1, 4)), 7))
    step = min(rng.uniform(1.2, 1.8), 5.0 / len(levels))
    points: list[Point] = []
    edges: list[tuple[int, int]] = []
    above: range = range(0)
    for level, count in enumerate(levels):
        first = len(points)
        wide = min(11.0, 2.0 * count + 1)
        points += [(wide * ((index + 0.5) / count - 0.5), 2.1 - level * step) for index in range(count)]
        edges += [(above[index * len(above) // count], first + index) for index in range(count) if above]
        above = range(first, first + count)
    _graph(rng, scene, points, edges)


def _graph(
    rng: np.random.Generator, scene: Composition, points: list[Point], edges: list[tuple[int, int]]
) -> None:
    kind = pick(rng, ["dot", "circle", "square"])
    radius = 0.1 if kind == "dot" else rng.uniform(0.25, 0.42)
    edge_kind, line, color = (
        pick(rng, ["Line", "Line", "Arrow"]),
        ink(rng, scene.ground),
        ink(rng, scene.ground),
    )
    for a, b in edges:
        away = hypot(points[b][0] - points[a][0], points[b][1] - points[a][1])
        if away < 2.5 * radius:
            raise DoesNotFit
        unit = ((points[b][0] - points[a][0]) / away * radius, (points[b][1] - points[a][1]) / away * radius)
        start = (points[a][0] + unit[0], points[a][1] + unit[1])
        end = (points[b][0] - unit[0], points[b][1] - unit[1])
        _stroke(scene, f"edge_{a}_{b}", edge_kind, start, end, line)
    fill = pick(rng, ["", ", fill_opacity=0.5", ", fill_opacity=1"])
    shapes = {
        "dot": f"Dot(radius={number(radius)}, color={color})",
        "circle": f"Circle(radius={number(radius)}, color={color}{fill})",
        "square": f"Square(side_length={number(2 * radius)}, color={color}{fill})",
    }
    named = rng.random() < 0.75
    letters = rng.random() < 0.5
    for index, point in enumerate(points):
        scene.place(f"vertex_{index}", kind, shapes[kind], list(point))
        if named:
            text = _NAMES[index % len(_NAMES)] if letters else str(index + 1)
            shade = (
                ("BLACK" if color == "WHITE" else "WHITE")
                if fill.endswith("=1") and kind != "dot"
                else ink(rng, scene.ground)
            )
            place = [point[0], point[1] + (0.35 if kind == "dot" else 0.0)]
            scene.place(
                f"name_{index}",
                "text",
                text_code(text, shade, min(radius, 0.3) if kind != "dot" else 0.26),
                place,
            )
    if rng.random() < 0.2:
        caption = text_code(phrase(rng, 18), ink(rng, scene.ground), 0.3)
        scene.place("caption", "text", caption, [0, -3.4])


def _angle(rng: np.random.Generator, scene: Composition, corner: Point, a: Point, b: Point) -> None:
    lines = [f"Line({_point(corner)}, {_point(end)})" for end in (a, b)]
    code = f"Angle({', '.join(lines)}, radius=0.5, color={pick(rng, list(scene.ground.inks))})"
    scene.add("angle", "arc", code)


def _stroke(scene: Composition, name: str, kind: str, a: Point, b: Point, color: str) -> None:
    type_ = {"Line": "line", "DashedLine": "dashed_line", "Arrow": "arrow"}[kind]
    buff = ", buff=0" if kind == "Arrow" else ""
    scene.add(name, type_, f"{kind}({_point(a)}, {_point(b)}{buff}, color={color})")


def _point(point: Point) -> str:
    return f"[{number(point[0])}, {number(point[1])}, 0]"
