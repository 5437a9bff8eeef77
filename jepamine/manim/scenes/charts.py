"""The family `charts`: axes as people use them, planes that fill the frame, vectors, areas and 3D axes."""

from __future__ import annotations

import re
from math import cos, sin, tau

import numpy as np

from jepamine.manim.engine.style import number, pick
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.formulas import label
from jepamine.manim.scenes.grounds import ink
from jepamine.manim.scenes.notes import headline, short
from jepamine.manim.scenes.plots import CURVES

_NUMBERS = '"include_numbers": True, "label_constructor": Text'


def functions(rng: np.random.Generator, scene: Composition) -> None:
    """Draw axes of any range, at times with numbers, and curves, areas, bars, points and labels on them."""
    if rng.random() < 0.25:
        headline(rng, scene)
    x_low, x_high = _range(rng)
    y_low, y_high = _range(rng)
    x_step, y_step = _step(rng, x_high - x_low), _step(rng, y_high - y_low)
    wide, tall = (12.0, 6.0) if rng.random() < 0.3 else (rng.uniform(3.5, 12.5), rng.uniform(2.4, 6.2))
    config = [f'"color": {ink(rng, scene.ground, plain=0.75)}']
    config += [f'"font_size": {int(rng.integers(16, 37))}', _NUMBERS] if rng.random() < 0.4 else []
    config += ['"include_ticks": False'] if rng.random() < 0.15 else []
    code = (
        f"Axes(x_range=[{x_low}, {x_high}, {number(x_step)}], y_range=[{y_low}, {y_high}, {number(y_step)}], "
        f"x_length={number(wide)}, y_length={number(tall)}, tips={rng.random() < 0.6}, "
        f"axis_config={{{', '.join(config)}}})"
    )
    place = [0.0, 0.0] if rng.random() < 0.5 else [rng.uniform(-2, 2), rng.uniform(-0.8, 0.4)]
    scene.place("axes", "axes", code, place)
    for index in range(int(rng.choice([0, 1, 1, 1, 2, 2, 3]))):
        _curve(rng, scene, index, (x_low, x_high), (y_low, y_high))
    if rng.random() < 0.5:
        for name, at, side in (
            ("x_name", f"axes.c2p({x_high}, {max(y_low, 0)})", pick(rng, ["RIGHT", "DOWN", "UP"])),
            ("y_name", f"axes.c2p({max(x_low, 0)}, {y_high})", pick(rng, ["UP", "LEFT", "RIGHT"])),
        ):
            scene.add(name, "text", f"{short(rng, ink(rng, scene.ground), 0.8)}.next_to({at}, {side})")


def _range(rng: np.random.Generator) -> tuple[int, int]:
    high = int(rng.choice([1, 2, 3, 4, 5, 6, 8, 10, 20, 100]))
    return (0 if rng.random() < 0.45 else -high), high


def _step(rng: np.random.Generator, length: int) -> float:
    return max(round(length / int(rng.integers(2, 13))), 1) if length > 4 else 1


def _curve(
    rng: np.random.Generator, scene: Composition, index: int, xs: tuple[int, int], ys: tuple[int, int]
) -> None:
    middle, half = sum(ys) / 2, (ys[1] - ys[0]) / 2
    body = pick(rng, CURVES).format(a=number(half * rng.uniform(-0.9, 0.9)), b=number(rng.uniform(0.6, 2.2)))
    # The curves are made for x from -4 to 4.
    scaled = re.sub(r"\bx\b", f"((x - {number(sum(xs) / 2)}) * {8 / (xs[1] - xs[0]):.3f})", body)
    inside = f"lambda x: np.clip({scaled} + {middle}, {ys[0]}, {ys[1]})"
    shade, name = pick(rng, list(scene.ground.inks)), f"curve_{index + 1}"
    step = (xs[1] - xs[0]) / 60
    low, high = sorted(rng.uniform(*xs, 2)) if rng.random() < 0.2 else xs
    width = f", stroke_width={int(rng.integers(2, 7))}"
    scene.add(
        name,
        "function_graph",
        f"axes.plot({inside}, x_range=[{low:.3g}, {high:.3g}, {step:.3g}], color={shade}{width})",
    )
    if rng.random() < 0.35:
        scene.add(f"{name}_label", "text", f"{short(rng, shade, 0.7)}.next_to({name}.get_end(), UP)")
    if rng.random() < 0.3:
        on_curve = f"{name}.point_from_proportion({number(rng.random())})"
        color = pick(rng, list(scene.ground.inks))
        scene.add(f"{name}_dot", "dot", f"Dot({on_curve}, color={color})")
        draw = rng.random()
        if draw < 0.4:
            foot = f"{name}_dot.get_center()[0] * RIGHT + axes.c2p(0, {max(ys[0], 0)})[1] * UP"
            kind = pick(rng, [("DashedLine", "dashed_line"), ("Line", "line")])
            scene.add(f"{name}_guide", kind[1], f"{kind[0]}({name}_dot.get_center(), {foot}, color={color})")
        elif draw < 0.6:
            turn = number(rng.uniform(-1.2, 1.2))
            tangent = f"Line(LEFT, RIGHT, color={color}).rotate({turn}).move_to({name}_dot)"
            scene.add(f"{name}_tangent", "line", tangent)
    elif rng.random() < 0.25 and low == xs[0]:
        opacity = number(rng.uniform(0.2, 0.8))
        ends = (xs[0] + (xs[1] - xs[0]) * share for share in (0.1, rng.uniform(0.4, 0.9)))
        span = f"[{', '.join(map(number, ends))}]"
        area = f"axes.get_area({name}, x_range={span}, color={shade}, opacity={opacity})"
        scene.add(f"{name}_area", "polygon", area)


def plane(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a plane, most often as large as the frame or larger, with vectors, figures and points on it."""
    scene.clipped = True
    change = ""
    if rng.random() < 0.25:
        change = (
            f".apply_matrix([[1, {number(rng.uniform(-0.8, 0.8))}], [0, {number(rng.uniform(0.6, 1.4))}]])"
        )
    ranges = ""
    if rng.random() < 0.4:
        x, y = int(rng.integers(2, 9)), int(rng.integers(2, 6))
        ranges = f"x_range=[-{x}, {x}], y_range=[-{y}, {y}]"
    tint = ".set_color(GRAY)" if scene.ground.text == "BLACK" or rng.random() < 0.2 else ""
    scene.add("plane", "number_plane", f"NumberPlane({ranges}){tint}{change}")
    origin = [0.0, 0.0] if rng.random() < 0.7 else [float(rng.integers(-3, 4)), float(rng.integers(-2, 3))]
    for index in range(int(rng.choice([0, 1, 1, 2, 3, 4]))):
        turn, long = rng.uniform(0, tau), rng.uniform(1, 4)
        tip = [origin[0] + long * cos(turn), origin[1] + long * sin(turn)]
        color, name = pick(rng, list(scene.ground.inks)), f"vector_{index + 1}"
        ends = f"[{number(origin[0])}, {number(origin[1])}, 0], [{number(tip[0])}, {number(tip[1])}, 0]"
        scene.add(name, "arrow", f"Arrow({ends}, buff=0, color={color})")
        if rng.random() < 0.5:
            at = [origin[0] + (long + 0.4) * cos(turn), origin[1] + (long + 0.4) * sin(turn)]
            scene.place(f"{name}_label", "text", short(rng, color, 0.8), at)
    if rng.random() < 0.5:
        scene.place("origin", "dot", f"Dot(color={ink(rng, scene.ground)})", origin)
    if rng.random() < 0.3:
        curve = f"plane.plot(lambda x: {number(rng.uniform(-2, 2))} * np.sin(x), color=YELLOW)"
        scene.add("curve", "function_graph", curve)
    if rng.random() < 0.3:
        headline(rng, scene)


def circle_and_wave(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a circle with a radius and a point, its axes as lines, and the wave that it makes."""
    x, y = rng.uniform(-4.5, 0), rng.uniform(-0.8, 0.8)
    radius, turn = rng.uniform(0.7, 1.8), rng.uniform(0, tau)
    color, other = ink(rng, scene.ground, plain=0.2), ink(rng, scene.ground, plain=0.2)
    if rng.random() < 0.6:
        for name, ends in (("across", ((-6.5, y), (6.5, y))), ("up", ((x, y - 2.4), (x, y + 2.4)))):
            a, b = (f"[{number(p)}, {number(q)}, 0]" for p, q in ends)
            scene.add(name, "line", f"Line({a}, {b})")
    scene.place("circle", "circle", f"Circle(radius={number(radius)}, color={color})", [x, y])
    tip = (x + radius * cos(turn), y + radius * sin(turn))
    a, b = f"[{number(x)}, {number(y)}, 0]", f"[{number(tip[0])}, {number(tip[1])}, 0]"
    if rng.random() < 0.7:
        kind = pick(rng, [("Line", "line"), ("Arrow", "arrow")])
        scene.add("radius", kind[1], f"{kind[0]}({a}, {b}, color={other}{', buff=0' * (kind[0] == 'Arrow')})")
    if rng.random() < 0.8:
        scene.place("point", "dot", f"Dot(color={other})", list(tip))
    if rng.random() < 0.5:
        start, end = x + radius + 0.3, rng.uniform(x + radius + 2, 6.5)
        body = f"lambda x: {number(radius)} * np.sin({number(rng.uniform(1, 3))} * x) + {number(y)}"
        span = f"x_range=[{number(start)}, {number(end)}, 0.05]"
        scene.add("wave", "function_graph", f"FunctionGraph({body}, {span}, color={other})")
    if rng.random() < 0.5:
        code = f'MathTex(r"{label(rng)}", color={other}).scale({number(rng.uniform(0.5, 1))})'
        scene.place("name", "text", code, [x + radius * 0.5, y + radius * rng.uniform(0.2, 1.4)])


def space(rng: np.random.Generator, scene: Composition) -> None:
    """Draw axes of three dimensions from one side, with a circle, a curve or a caption."""
    turn, lean = rng.uniform(0, tau), rng.uniform(0.15, 1.2)
    color = ink(rng, scene.ground, plain=0.9)
    seen = f".rotate({number(turn)}, axis=OUT).rotate(-{number(lean)}, axis=RIGHT)"
    scale = rng.uniform(0.5, 1.0)
    code = f"ThreeDAxes().set_color({color}){seen}.scale({number(scale)})"
    scene.clipped = True
    scene.add("axes", "axes", code)
    if rng.random() < 0.5:
        shade, radius = pick(rng, list(scene.ground.inks)), number(rng.uniform(0.6, 2))
        fill = pick(rng, ["", ", fill_opacity=0.5"])
        scene.add("circle", "ellipse", f"Circle(radius={radius}, color={shade}{fill}){seen}")
    if rng.random() < 0.5:
        headline(rng, scene)
    elif rng.random() < 0.3:
        raise DoesNotFit
