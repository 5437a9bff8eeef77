"""The family `plots`: axes and number lines with numbers, several curves, points and labels."""

from __future__ import annotations

import numpy as np

from jepamine.manim.engine.style import number, pick
from jepamine.manim.scenes.composition import Composition
from jepamine.manim.scenes.grounds import ink
from jepamine.manim.scenes.words import formula_code, phrase, text_code
from jepamine.manim.scenes.writing import add_title

#: Expressions of curves for x from -4 to 4.
CURVES = (
    "{a} * np.sin({b} * x)",
    "{a} * np.cos({b} * x)",
    "{a} * x * x / 8",
    "{a} * x / 2",
    "{a} * np.exp(-x * x / {b})",
    "{a} * np.tanh({b} * x)",
    "{a} * (x ** 3 - 4 * x) / 12",
    "{a} * np.exp(x / 3) / 3",
    "{a} * np.abs(np.sin({b} * x))",
)
_NUMBERS = 'axis_config={"include_numbers": True, "label_constructor": Text, "font_size": 20}'


def curves(rng: np.random.Generator, scene: Composition) -> None:
    """Draw axes or a plane, at times with numbers, one to four curves, labels, and marked points."""
    if rng.random() < 0.4:
        add_title(rng, scene)
    half, high = int(rng.integers(2, 6)), int(rng.integers(2, 5))
    wide, tall = rng.uniform(5.5, 11), rng.uniform(3.5, 5.4)
    plane = rng.random() < 0.25
    positive = not plane and rng.random() < 0.4
    low = 0 if positive else -1
    ranges = f"x_range=[{low * half}, {half}, 1], y_range=[{low * high}, {high}, 1]"
    settings = f"{ranges}, x_length={number(wide)}, y_length={number(tall)}"
    if not plane:
        settings += f", tips={rng.random() < 0.5}" + (f", {_NUMBERS}" if rng.random() < 0.35 else "")
    color = (
        f".set_color({ink(rng, scene.ground, plain=0.8)})"
        if not plane or scene.ground.text == "BLACK"
        else ""
    )
    x, y = rng.uniform(-1.2, 1.2), rng.uniform(-0.7, 0.0)
    kind = ("NumberPlane", "number_plane") if plane else ("Axes", "axes")
    scene.place("axes", kind[1], f"{kind[0]}({settings}){color}", [x, y])
    for index in range(int(rng.integers(1, 5))):
        body = pick(rng, CURVES).format(
            a=number(high * rng.uniform(-0.8, 0.8)), b=number(rng.uniform(0.6, 2.2))
        )
        inside = f"lambda x: np.clip({body}, {low * high}, {high})"
        shade = pick(rng, list(scene.ground.inks))
        span = f"x_range=[{low * half}, {half}, 0.1]"
        scene.add(f"curve_{index + 1}", "function_graph", f"axes.plot({inside}, {span}, color={shade})")
        if rng.random() < 0.4:
            label = _label(rng, shade)
            x, y = half * rng.uniform(0.5, 1), high * rng.uniform(-0.4, 1.0)
            place = f"axes.c2p({number(x)}, {number(y)})"
            scene.add(f"label_{index + 1}", "text", f"{label}.next_to({place}, UP)")
    for index in range(int(rng.choice([0, 0, 1, 2, 3]))):
        x, y = half * rng.uniform(low * 0.9, 0.9), high * rng.uniform(low * 0.8, 0.8)
        at = f"axes.c2p({number(x)}, {number(y)})"
        scene.add(f"dot_{index + 1}", "dot", f"Dot({at}, color={pick(rng, list(scene.ground.inks))})")
        if rng.random() < 0.5:
            ends = f"dot_{index + 1}.get_center(), axes.c2p({number(x)}, 0)"
            scene.add(
                f"guide_{index + 1}", "dashed_line", f"DashedLine({ends}, color={ink(rng, scene.ground)})"
            )
    if rng.random() < 0.5:
        for name, end in (("x_name", f"axes.c2p({half}, 0), RIGHT"), ("y_name", f"axes.c2p(0, {high}), UP")):
            scene.add(name, "text", f"{_label(rng, ink(rng, scene.ground))}.next_to({end}, buff=0.15)")


def scale(rng: np.random.Generator, scene: Composition) -> None:
    """Draw one to three number lines with numbers, dots, intervals, braces and labels on them."""
    count = int(rng.integers(1, 4))
    if rng.random() < 0.4:
        add_title(rng, scene)
    for index in range(count):
        half, long = int(rng.integers(2, 9)), rng.uniform(6, 12)
        y = 1.8 - index * 1.9 + rng.uniform(-0.2, 0.2)
        color = ink(rng, scene.ground, plain=0.8)
        numbers = rng.random() < 0.5
        shown = ", include_numbers=True, label_constructor=Text, font_size=22" if numbers else ""
        tip = ", include_tip=True" if rng.random() < 0.3 else ""
        name = f"line_{index + 1}"
        code = (
            f"NumberLine(x_range=[-{half}, {half}, 1], length={number(long)}{shown}{tip}).set_color({color})"
        )
        scene.place(name, "number_line", code, [0, y])
        for place, tick in enumerate(rng.choice(np.arange(-half, half + 1), int(rng.integers(0, 4)), False)):
            at = f"{name}.n2p({int(tick)})"
            scene.add(f"dot_{index}_{place}", "dot", f"Dot({at}, color={pick(rng, list(scene.ground.inks))})")
            if rng.random() < 0.6:
                label = _label(rng, ink(rng, scene.ground))
                scene.add(f"label_{index}_{place}", "text", f"{label}.next_to({at}, UP, buff=0.25)")
        if rng.random() < 0.3:
            ends = f"{name}.n2p(-1) + 0.1 * DOWN, {name}.n2p(1) + 0.1 * DOWN"
            buff = 0.55 if numbers else 0.15
            brace = f"BraceBetweenPoints({ends}, direction=DOWN, buff={buff}, color={color})"
            scene.add(f"brace_{index}", "brace", brace)
            if rng.random() < 0.6:
                label = _label(rng, ink(rng, scene.ground))
                scene.add(f"brace_label_{index}", "text", f"{label}.next_to(brace_{index}, DOWN, buff=0.1)")


def _label(rng: np.random.Generator, color: str) -> str:
    if rng.random() < 0.6:
        return (
            formula_code(rng, color, rng.uniform(0.22, 0.32))
            if rng.random() < 0.4
            else text_code(pick(rng, list("xytfguvPQAB")), color, rng.uniform(0.24, 0.36), italic=True)
        )
    return text_code(phrase(rng, rng.uniform(3, 9)), color, rng.uniform(0.2, 0.3))
