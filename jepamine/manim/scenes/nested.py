"""The family `nested`: figures cut into parts, in one another, side on side, and overlapping circles."""

from __future__ import annotations

from math import cos, hypot, pi, sin, tau

import numpy as np

from jepamine.manim.engine.style import number, pick, vector
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.grounds import ink
from jepamine.manim.scenes.notes import headline, short

Point = tuple[float, float]


def divided(rng: np.random.Generator, scene: Composition) -> None:
    """Draw one to three circles, squares or bars cut into equal parts, some of them filled, some named."""
    if rng.random() < 0.4:
        headline(rng, scene)
    count = int(rng.choice([1, 1, 2, 3]))
    kind = pick(rng, ["circle", "circle", "square", "rectangle"])
    half = rng.uniform(0.6, 2.4) / count**0.5
    fill = pick(rng, ["", "", ", fill_opacity=0.5", ", fill_opacity=1"])
    color, other = ink(rng, scene.ground, plain=0.2), ink(rng, scene.ground, plain=0.6)
    for index in range(count):
        x = (index - (count - 1) / 2) * (2.2 * half + 0.3) + rng.uniform(-0.5, 0.5) * (count == 1) * 4
        y = rng.uniform(-0.8, 0.3)
        parts = int(rng.integers(2, 9))
        shapes = {
            "circle": f"Circle(radius={number(half)}, color={color}{fill})",
            "square": f"Square(side_length={number(2 * half)}, color={color}{fill})",
            "rectangle": f"Rectangle(width={number(2 * half)}, height={number(half)}, color={color}{fill})",
        }
        scene.place(f"whole_{index}", kind, shapes[kind], [x, y])
        if kind == "circle":
            _sectors(rng, scene, index, (x, y), half, parts, color, other)
        else:
            _strips(rng, scene, index, (x, y), half, half if kind == "square" else half / 2, parts, other)
        if rng.random() < 0.5:
            place = [x, y - half - 0.5]
            scene.place(f"name_{index}", "text", short(rng, ink(rng, scene.ground), 0.8), place)


def _sectors(
    rng: np.random.Generator,
    scene: Composition,
    index: int,
    centre: Point,
    radius: float,
    parts: int,
    color: str,
    other: str,
) -> None:
    start = pick(rng, [0.0, pi / 2, rng.uniform(0, tau)])
    turns = [start + tau * part / parts for part in range(parts)]
    middle = vector(*centre)
    if rng.random() < 0.4:
        for part in range(int(rng.integers(1, parts + 1))):
            shade = f"color={color}, fill_opacity={pick(rng, ['0.6', '0.9'])}"
            angles = f"start_angle={number(turns[part])}, angle={tau / parts:.4f}"
            code = f"Sector(radius={number(radius)}, {angles}, {shade}).shift({middle})"
            scene.add(f"sector_{index}_{part}", "arc", code)
    if parts == 2 or (parts == 4 and rng.random() < 0.4):
        # Whole lines across, not radii.
        for part in range(parts // 2):
            a, b = (_on(centre, radius, turns[part] + half) for half in (0, pi))
            scene.add(f"cut_{index}_{part}", "line", f"Line({vector(*a)}, {vector(*b)}, color={other})")
    else:
        for part, turn in enumerate(turns):
            end = vector(*_on(centre, radius, turn))
            scene.add(f"cut_{index}_{part}", "line", f"Line({middle}, {end}, color={other})")
    if rng.random() < 0.5 and radius > 0.8:
        for part, turn in enumerate(turns):
            at = _on(centre, 0.6 * radius, turn + pi / parts)
            words = short(rng, ink(rng, scene.ground), min(0.9, 2.2 * radius / parts))
            scene.place(f"part_{index}_{part}", "text", words, list(at))


def _strips(
    rng: np.random.Generator,
    scene: Composition,
    index: int,
    centre: Point,
    wide: float,
    high: float,
    parts: int,
    other: str,
) -> None:
    x, y = centre
    step = 2 * wide / parts
    if rng.random() < 0.5:
        for part in range(int(rng.integers(1, parts + 1))):
            code = (
                f"Rectangle(width={number(step)}, height={number(2 * high)}, color={other}, fill_opacity=0.7)"
            )
            scene.place(f"strip_{index}_{part}", "rectangle", code, [x - wide + (part + 0.5) * step, y])
        return
    for part in range(1, parts):
        at = x - wide + part * step
        ends = f"{vector(at, y - high)}, {vector(at, y + high)}"
        scene.add(f"cut_{index}_{part}", "line", f"Line({ends}, color={other})")
    if rng.random() < 0.4:
        scene.add(
            f"across_{index}", "line", f"Line({vector(x - wide, y)}, {vector(x + wide, y)}, color={other})"
        )


def inscribed(rng: np.random.Generator, scene: Composition) -> None:
    """Draw two to five figures with one centre, each in or around the one before, at times a radius."""
    x, y = rng.uniform(-3, 3), rng.uniform(-0.8, 0.8)
    radius = rng.uniform(1.2, 3.0)
    corners = int(rng.integers(5, 9))
    for index in range(int(rng.integers(2, 6))):
        color = ink(rng, scene.ground, plain=0.2)
        fill = pick(rng, ["", "", ", fill_opacity=0.3", ", fill_opacity=0.7"])
        kind = pick(rng, ["circle", "circle", "square", "polygon", "triangle", "ellipse"])
        turn = pick(rng, ["", "", f".rotate({number(rng.uniform(0, pi))})"])
        size, paint = number(radius), f"color={color}{fill}"
        shapes = {
            "circle": f"Circle(radius={size}, {paint})",
            "square": f"Square(side_length={number(radius * 2**0.5)}, {paint})",
            "triangle": f"RegularPolygon(n=3, radius={size}, {paint})",
            "polygon": f"RegularPolygon(n={corners}, radius={size}, {paint})",
            "ellipse": f"Ellipse(width={number(2 * radius)}, height={size}, {paint})",
        }
        turned = "" if kind == "circle" else turn
        scene.add(f"figure_{index}", kind, f"{shapes[kind]}{turned}.shift({vector(x, y)})")
        radius *= pick(rng, [0.5, 0.71, 0.8, rng.uniform(0.3, 0.9)])
        if radius < 0.25:
            break
    if rng.random() < 0.5:
        scene.place("centre", "dot", f"Dot(color={ink(rng, scene.ground)})", [x, y])
    if rng.random() < 0.4:
        end = _on((x, y), 2 * radius, rng.uniform(0, tau))
        code = f"Line({vector(x, y)}, {vector(*end)}, color={ink(rng, scene.ground)})"
        scene.add("radius", "line", code)
    if rng.random() < 0.4:
        scene.put("label", "text", short(rng, ink(rng, scene.ground), rng.uniform(0.6, 1.1)), rng)


def on_sides(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a triangle, often a right one, with squares on some of its sides, and names."""
    scene.clipped = True
    a, b = rng.uniform(0.8, 2.4), rng.uniform(0.8, 2.4)
    x, y = rng.uniform(-3.5, 1.5), rng.uniform(-1.2, 0.2)
    lean = rng.uniform(-0.8, 0.8) if rng.random() < 0.25 else 0.0
    corners: list[Point] = [(x, y), (x + a, y), (x + lean, y + b)]
    fill = pick(rng, ["", ", fill_opacity=0.5", ", fill_opacity=0.8"])
    points = ", ".join(vector(*corner) for corner in corners)
    color = ink(rng, scene.ground, plain=0.3)
    scene.add("triangle", "triangle", f"Polygon({points}, color={color}{fill})")
    for index in rng.permutation(3)[: int(rng.choice([1, 3, 3, 3]))].tolist():
        (px, py), (qx, qy) = corners[index], corners[(index + 1) % 3]
        # Outwards: the corners run counter-clockwise.
        out = (qy - py, px - qx)
        square = [(px, py), (qx, qy), (qx + out[0], qy + out[1]), (px + out[0], py + out[1])]
        shade = ink(rng, scene.ground, plain=0.1)
        code = f"Polygon({', '.join(vector(*corner) for corner in square)}, color={shade}{fill})"
        level = index == 0 or (index == 2 and lean == 0)
        middle = ((px + qx + out[0]) / 2, (py + qy + out[1]) / 2)
        long = hypot(qx - px, qy - py)
        if level:
            code = f"Square(side_length={number(long)}, color={shade}{fill}).move_to({vector(*middle)})"
        scene.add(f"square_{index}", "square", code)
        if rng.random() < 0.5:
            words = short(rng, ink(rng, scene.ground), rng.uniform(0.6, 1.0))
            scene.place(f"name_{index}", "text", words, list(middle))
    if lean == 0 and rng.random() < 0.5:
        code = (
            f"Square(side_length=0.3, color={ink(rng, scene.ground)}).move_to({vector(x + 0.15, y + 0.15)})"
        )
        scene.add("right_angle", "square", code)
    if rng.random() < 0.6:
        scene.put("formula", "text", short(rng, ink(rng, scene.ground), rng.uniform(0.8, 1.4)), rng)


def overlapping_circles(rng: np.random.Generator, scene: Composition) -> None:
    """Draw two or three circles that overlap, as of sets, with names beside or in them."""
    if rng.random() < 0.4:
        headline(rng, scene)
    count = int(rng.integers(2, 4))
    radius, apart = rng.uniform(1.0, 1.9), rng.uniform(0.5, 0.85)
    x, y = rng.uniform(-2.5, 2.5), rng.uniform(-1.0, 0.0)
    start = 0.0 if count == 2 else pi / 2
    fill = pick(rng, ["", ", fill_opacity=0.3", ", fill_opacity=0.6"])
    for index in range(count):
        turn = start + tau * index / count
        at = _on((x, y), radius * apart, turn)
        code = f"Circle(radius={number(radius)}, color={ink(rng, scene.ground, plain=0.1)}{fill})"
        if abs(at[1]) + radius > 3.8:
            raise DoesNotFit
        scene.place(f"set_{index}", "circle", code, list(at))
        if rng.random() < 0.7:
            far = _on((x, y), radius * pick(rng, [apart * 1.5, apart + 1.3]), turn)
            scene.place(f"name_{index}", "text", short(rng, ink(rng, scene.ground), 0.9), list(far))
    if rng.random() < 0.5:
        scene.place("common", "text", short(rng, ink(rng, scene.ground), 0.7), [x, y])


def _on(centre: Point, radius: float, turn: float) -> Point:
    return centre[0] + radius * cos(turn), centre[1] + radius * sin(turn)
