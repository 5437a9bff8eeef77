"""Forms of the family `structured` that carry meaning: axes, flowchart, heading and lines, measures."""

from __future__ import annotations

import numpy as np

from jepamine.manim.engine.palette import DRAWN
from jepamine.manim.engine.style import draw_style, number, pick, text_of, vector
from jepamine.manim.scenes.arranged import title
from jepamine.manim.scenes.composition import Composition, DoesNotFit, near
from jepamine.manim.scenes.makers import MAKERS
from jepamine.manim.scenes.words import LABELS, SENTENCES

LIGHT = ("WHITE", "WHITE", "WHITE", "GRAY", "BLUE")
SHORT = [word for word in LABELS if len(word) < 8]
FIGURES = ("circle", "square", "triangle", "star", "polygon", "annulus", "number_plane", "axes")
#: The corners between which a double arrow along a side runs.
CORNERS = {"UP": ("UL", "UR"), "DOWN": ("DL", "DR"), "LEFT": ("DL", "UL"), "RIGHT": ("DR", "UR")}


def axes(rng: np.random.Generator, scene: Composition) -> None:
    """Draw axes with one or two graphs, a caption at each axis, and at times a title."""
    if titled := rng.random() < 0.5:
        title(rng, scene)
    right, top = int(rng.choice([4, 5, 6, 8])), int(rng.choice([3, 4]))
    width, height = int(rng.choice([6, 8])), float(rng.choice([3.5, 4.5]))
    tips = "" if rng.random() < 0.5 else ", tips=False"
    color, scale = pick(rng, LIGHT), float(rng.uniform(0.7, 1.0 if titled else 1.15))
    painted = f".set_color({color})" if color != "WHITE" else ""
    place = vector(rng.uniform(-1, 1) * (6 - scale * width / 2), -0.4 if titled else 0.2)
    scene.add(
        "axes",
        "axes",
        f"Axes(x_range=[0, {right}, 1], y_range=[0, {top}, 1], x_length={width}, "
        f"y_length={number(height)}{tips}){painted}.scale({number(scale)}).move_to({place})",
    )
    on: tuple[str, ...] = ("axes",)
    names = ["graph"] if rng.random() < 0.75 else ["graph_1", "graph_2"]
    for name in names:
        start, end = pick(rng, [(0, 0.6), (0, 0.8), (0, 1), (0.2, 0.8), (0.3, 1), (0.5, 1)])
        span = f"x_range=[{number(start * right)}, {number(end * right)}, 0.1]"
        code = f"axes.plot(lambda x: {_curve(rng, right, top)}, {span}, {draw_style(rng).line()})"
        part = scene.add(name, "function_graph", code, on=on)
        # Two objects with one centre are hard to tell apart, for people too.
        if any(near(part.span, scene.named(other).span) for other in on):
            raise DoesNotFit
        on = (*on, name)
    size, words = float(rng.uniform(0.55, 0.75)), rng.choice(LABELS, 2, replace=False)
    scene.add("x_label", "text", f"{text_of(str(words[0]), color, size)}.next_to(axes, DOWN)")
    turn = ".rotate(90 * DEGREES)" if rng.random() < 0.4 else ""
    scene.add("y_label", "text", f"{text_of(str(words[1]), color, size)}{turn}.next_to(axes, LEFT)")


def _curve(rng: np.random.Generator, right: int, top: int) -> str:
    """Return a function of x that stays in 0 .. top for x in 0 .. right."""
    middle, swing = number(0.5 * top), number(rng.uniform(0.25, 0.45) * top)
    slope = number(rng.uniform(0.5, 0.9) * top / right)
    kinds = [
        f"{middle} + {swing} * np.sin({number(rng.uniform(3, 7) / right)} * x)",
        f"{middle} + {swing} * np.cos({number(rng.uniform(3, 7) / right)} * x)",
        f"{number(rng.uniform(0.6, 0.9) * top / right**2)} * x**2",
        f"{number(rng.uniform(0.6, 0.9) * top / right**0.5)} * np.sqrt(x)",
        f"{number(0.9 * top)} * np.exp(-{number(rng.uniform(2, 4) / right)} * x)",
        f"{slope} * x + {number(0.05 * top)}",
    ]
    return pick(rng, kinds)


def flowchart(rng: np.random.Generator, scene: Composition) -> None:
    """Draw three or four steps, each a figure with a caption or a text alone, connected by arrows."""
    across = rng.random() < 0.65
    count = int(rng.integers(3, 5)) if across else 3
    words = [str(word) for word in rng.choice(SHORT, count, replace=False)]
    texts = count == 4 or rng.random() < 0.35
    if count < 4 and rng.random() < 0.5:
        title(rng, scene)
    figure, style = pick(rng, ["Rectangle", "RoundedRectangle", "Circle", "Ellipse"]), draw_style(rng)
    width, height = rng.uniform(1.3, 2.0), rng.uniform(0.7, 0.95)
    sides = f"width={number(width)}, height={number(height)}, {style.area()}"
    drawn = {
        "Rectangle": ("rectangle", f"Rectangle({sides})"),
        "RoundedRectangle": ("rectangle", f"RoundedRectangle(corner_radius=0.2, {sides})"),
        "Circle": ("circle", f"Circle(radius={number(0.55 * height)}, {style.area()})"),
        "Ellipse": ("ellipse", f"Ellipse({sides})"),
    }[figure]
    color = pick(rng, LIGHT)
    scale = float(rng.uniform(0.55, 0.7))
    step = float(rng.uniform(3.3, 4.2)) if count == 3 else float(rng.uniform(3.1, 3.4))
    down = float(rng.uniform(1.8, 2.1))
    free = float(rng.uniform(-1.6, 1.2) if across else rng.uniform(-4.5, 3))
    for index, word in enumerate(words):
        place = [step * (index - (count - 1) / 2), free] if across else [free, 1.6 - down * index]
        text = text_of(word, style.color if texts else color, scale * (1.3 if texts else 1))
        if texts:
            scene.add(f"step_{index + 1}", "text", f"{text}.move_to({vector(*place)})")
            continue
        part = scene.place(f"step_{index + 1}", drawn[0], drawn[1], place)
        side = "DOWN" if across else "RIGHT"
        scene.add(f"label_{index + 1}", "text", f"{text}.next_to({part.name}, {side})")
    ends = ("get_right", "get_left") if across else ("get_bottom", "get_top")
    for index in range(1, count):
        along = f"step_{index}.{ends[0]}(), step_{index + 1}.{ends[1]}(), buff={number(0.2)}"
        scene.add(f"arrow_{index}", "arrow", f"Arrow({along}, color={color})")


def heading(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a title, at times underlined, lines of text below it, at times with bullets and a figure."""
    name = title(rng, scene)
    if rng.random() < 0.5:
        scene.add("underline", "line", f"Underline({name}, color={pick(rng, DRAWN)})")
    lines = [str(line) for line in rng.choice(SENTENCES, int(rng.integers(2, 5)), replace=False)]
    color, scale = pick(rng, LIGHT), float(rng.uniform(0.55, 0.8))
    x, gap = float(rng.uniform(-6, -4)), number(rng.uniform(0.35, 0.7))
    for index, line in enumerate(lines, 1):
        if index == 1:
            left, _, right, _ = scene.extent(text_of(line, color, scale))
            place = f"move_to({vector(x + (right - left) / 2, rng.uniform(1.2, 1.8))})"
        else:
            place = f"next_to(body_{index - 1}, DOWN, buff={gap}, aligned_edge=LEFT)"
        scene.add(f"body_{index}", "text", f"{text_of(line, color, scale)}.{place}")
    if len(lines) < 4 and rng.random() < 0.4:
        bullets = draw_style(rng).color
        for index in range(1, len(lines) + 1):
            bullet = f"Dot(radius=0.1, color={bullets}).next_to(body_{index}, LEFT)"
            scene.add(f"bullet_{index}", "dot", bullet)
    if rng.random() < 0.6:
        type_ = pick(rng, FIGURES)
        code = MAKERS[type_](rng, float(rng.uniform(1.8, 2.6)), draw_style(rng))
        scene.place("figure", type_, code, [float(rng.uniform(3, 4.8)), float(rng.uniform(-1.2, 0.2))])
    elif rng.random() < 0.5:
        scene.add("brace", "brace", f"Brace(VGroup(body_1, body_{len(lines)}), RIGHT, buff=1.5)")


def measured(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a figure with braces or double arrows along its sides, each with its caption."""
    if rng.random() < 0.35:
        title(rng, scene)
    type_ = pick(rng, ["rectangle", "rectangle", "square", "triangle", "line", "ellipse", "number_plane"])
    style, size = draw_style(rng), float(rng.uniform(1.8, 3.6))
    code = f"Line(LEFT, RIGHT, {style.line()}).scale({number(size / 1.4)})" if type_ == "line" else ""
    code = code or MAKERS[type_](rng, size, style)
    scene.place("figure", type_, code, [float(rng.uniform(-3, 3)), float(rng.uniform(-0.8, 0.4))])
    sides = ["DOWN", "UP"] if type_ == "line" else ["DOWN", "LEFT", "RIGHT", "UP"]
    chosen = [str(side) for side in rng.permutation(sides)[: int(rng.integers(1, 3))]]
    words = rng.choice(SHORT, len(chosen), replace=False)
    color = pick(rng, LIGHT)
    for side, word in zip(chosen, words, strict=True):
        name = side.lower()
        if rng.random() < 0.75:
            shade = f", color={color}" if color != "WHITE" else ""
            scene.add(f"{name}_brace", "brace", f"Brace(figure, {side}{shade})")
            beside = f"{name}_brace"
        else:
            corners = ", ".join(f"figure.get_corner({corner})" for corner in CORNERS[side])
            arrow = f"DoubleArrow({corners}, buff=0, color={color}).next_to(figure, {side})"
            scene.add(f"{name}_arrow", "double_arrow", arrow)
            beside = f"{name}_arrow"
        caption = text_of(str(word), color, float(rng.uniform(0.55, 0.75)))
        scene.add(f"{name}_label", "text", f"{caption}.next_to({beside}, {side})")


def marked_line(rng: np.random.Generator, scene: Composition) -> None:
    """Draw a number line with numbers below some ticks and arrows that point at some from above."""
    half = int(rng.integers(3, 6))
    style = draw_style(rng)
    if rng.random() < 0.4:
        title(rng, scene)
    color = pick(rng, LIGHT)
    painted = f".set_color({color})" if color != "WHITE" else ""
    line = f"NumberLine(x_range=[-{half}, {half}, 1], length=10){painted}"
    size, place = number(rng.uniform(0.7, 1.15)), vector(0, rng.uniform(-1.5, 1.2))
    scene.add("line", "number_line", f"{line}.scale({size}).move_to({place})")
    every = np.arange(-half, half + 1)
    ticks = sorted(int(tick) for tick in rng.choice(every, int(rng.integers(2, 6)), False))
    scale = float(rng.uniform(0.6, 0.8))
    for index, tick in enumerate(ticks, 1):
        caption = text_of(str(tick), "WHITE", scale)
        scene.add(f"label_{index}", "text", f"{caption}.next_to(line.n2p({tick}), DOWN, buff=0.3)")
    pointed = sorted(int(tick) for tick in rng.choice(ticks, int(rng.integers(1, 3)), False))
    tall = number(rng.uniform(1.0, 1.6))
    for index, tick in enumerate(pointed, 1):
        ends = f"line.n2p({tick}) + {tall} * UP, line.n2p({tick}), buff=0.2"
        scene.add(f"arrow_{index}", "arrow", f"Arrow({ends}, color={style.color})")
