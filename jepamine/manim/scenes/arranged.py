"""Forms of the family `structured` that repeat or mirror one object: row, column, grid, pair.

Hidden parts of such a scene follow from visible ones: spacing, sizes and colours repeat.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jepamine.manim.engine.palette import DRAWN
from jepamine.manim.engine.style import Style, draw_style, number, pick, text_of
from jepamine.manim.scenes.composition import Composition, DoesNotFit
from jepamine.manim.scenes.makers import MAKERS
from jepamine.manim.scenes.words import LABELS, LETTERS, TITLES
from jepamine.utils.printing import words

REPEATED = words("circle square rectangle triangle ellipse star polygon annulus arc dot")
MIRRORED = (*REPEATED, "arrow", "line", "dashed_line", "brace", "function_graph", "number_line")


def row(rng: np.random.Generator, scene: Composition) -> None:
    """Draw three to six equal objects side by side, with captions below or a title above them."""
    count = int(rng.integers(3, 7))
    size = float(rng.uniform(0.8, min(2.2, 10.5 / count)))
    type_ = pick(rng, REPEATED)
    codes = _twins(rng, type_, size, count)
    captions = _captions(rng, count) if count <= 5 and rng.random() < 0.4 else []
    titled = len(captions) < 5 and rng.random() < 0.4
    if titled:
        title(rng, scene)
    step = _step(rng, scene, codes[0], 0, 12.5 / count)
    y = float(rng.uniform(-2.0, 1.2 if titled else 2.2))
    x = float(rng.uniform(-1, 1)) * max(6.5 - step * count / 2, 0) - step * (count - 1) / 2
    for place, code in enumerate(codes):
        part = scene.place(f"{type_}_{place + 1}", type_, code, [x + step * place, y])
        if captions:
            scene.add(f"label_{place + 1}", "text", f"{captions[place]}.next_to({part.name}, DOWN)")


def column(rng: np.random.Generator, scene: Composition) -> None:
    """Draw three to five equal objects above one another, with captions to their right or a title above."""
    count = int(rng.integers(3, 6))
    size = float(rng.uniform(0.6, 5.6 / count))
    type_ = pick(rng, REPEATED)
    codes = _twins(rng, type_, size, count)
    captions = _captions(rng, count) if rng.random() < 0.5 else []
    titled = len(captions) < 5 and rng.random() < 0.4
    if titled:
        title(rng, scene)
    step = _step(rng, scene, codes[0], 1, (6.0 if titled else 7.3) / count)
    x = float(rng.uniform(-5, 3.5 if captions else 5))
    y = (-0.6 if titled else 0.0) + step * (count - 1) / 2
    for place, code in enumerate(codes):
        part = scene.place(f"{type_}_{place + 1}", type_, code, [x, y - step * place])
        if captions:
            scene.add(f"label_{place + 1}", "text", f"{captions[place]}.next_to({part.name}, RIGHT)")


def grid(rng: np.random.Generator, scene: Composition) -> None:
    """Draw equal objects in two or three rows of two to five, coloured by row, by column or all the same."""
    rows, columns = (int(part) for part in pick(rng, ["2 2", "2 3", "2 4", "3 2", "3 3", "2 5"]).split())
    size = float(rng.uniform(0.8, min(4.6 / rows, 9.0 / columns)))
    type_ = pick(rng, REPEATED)
    by = pick(rng, ["all", "row", "column"])
    groups = {"all": 1, "row": rows, "column": columns}[by]
    colors = [pick(rng, DRAWN) for _ in range(groups)]
    cells = [(line, place) for line in range(rows) for place in range(columns)]
    chosen = [colors[{"all": 0, "row": line, "column": place}[by]] for line, place in cells]
    codes = _twins(rng, type_, size, len(cells), chosen)
    titled = len(cells) < 10 and rng.random() < 0.4
    if titled:
        title(rng, scene)
    across = _step(rng, scene, codes[0], 0, 12.5 / columns)
    down = _step(rng, scene, codes[0], 1, (6.0 if titled else 7.3) / rows)
    x = float(rng.uniform(-1, 1)) * max(6.4 - across * columns / 2, 0) - across * (columns - 1) / 2
    y = (-0.6 if titled else 0.0) + down * (rows - 1) / 2
    for index, ((line, place), code) in enumerate(zip(cells, codes, strict=True)):
        scene.place(f"{type_}_{index + 1}", type_, code, [x + across * place, y - down * line])


def pair(rng: np.random.Generator, scene: Composition) -> None:
    """Draw one to three objects on the left and their mirror images on the right, at times with the axis."""
    count = int(rng.integers(1, 4))
    if rng.random() < 0.35:
        title(rng, scene)
        top = 2.2
    else:
        top = 3.2
    if rng.random() < 0.5:
        kind = pick(rng, ["DashedLine", "Line", "DoubleArrow"])
        type_ = {"DashedLine": "dashed_line", "Line": "line", "DoubleArrow": "double_arrow"}[kind]
        buff = ", buff=0" if kind == "DoubleArrow" else ""
        code = f"{kind}([0, -3, 0], [0, {number(top)}, 0]{buff}, color={pick(rng, DRAWN)})"
        scene.add("axis", type_, code)
    for place in range(count):
        type_ = pick(rng, MIRRORED)
        size = float(rng.uniform(0.8, 4.2 / count))
        styles = [draw_style(rng)] * 2
        if rng.random() < 0.3:
            styles[1] = replace(styles[1], color=pick(rng, DRAWN))
        left, right = _alike(rng, type_, size, styles)
        x = float(rng.uniform(1.6, 5.2))
        y = top - (place + 0.5) * (top + 3.2) / count + float(rng.uniform(-0.3, 0.3))
        scene.place(f"left_{place + 1}", type_, left, [-x, y])
        scene.place(f"right_{place + 1}", type_, f"{right}.flip()", [x, y])
    if count == 1 and rng.random() < 0.6:
        for side, caption in zip(("left", "right"), _captions(rng, 2), strict=True):
            scene.add(f"{side}_label", "text", f"{caption}.next_to({side}_1, DOWN)")


def title(rng: np.random.Generator, scene: Composition) -> str:
    """Add a heading at the top; return its name."""
    heading = text_of(
        pick(rng, TITLES), pick(rng, ["WHITE", "WHITE", *DRAWN]), rng.uniform(0.7, 1.1), rng.random() < 0.25
    )
    return scene.add("title", "text", f"{heading}.to_edge(UP, buff={number(rng.uniform(0.3, 0.6))})").name


def _captions(rng: np.random.Generator, count: int) -> list[str]:
    words = LETTERS if rng.random() < 0.5 else [word for word in LABELS if len(word) < 7]
    color = pick(rng, ["WHITE", "WHITE", *DRAWN])
    scale = float(rng.uniform(0.55, 0.8))
    return [text_of(str(word), color, scale) for word in rng.choice(words, count, replace=False)]


def _twins(
    rng: np.random.Generator, type_: str, size: float, count: int, colors: list[str] | None = None
) -> list[str]:
    """Return expressions of objects that differ in colour only, or not even in that."""
    style = draw_style(rng)
    if colors is None:
        alike = rng.random() < 0.5
        colors = [style.color] * count if alike else [str(color) for color in rng.permutation(DRAWN)[:count]]
    return _alike(rng, type_, size, [replace(style, color=color) for color in colors])


def _alike(rng: np.random.Generator, type_: str, size: float, styles: list[Style]) -> list[str]:
    seed = int(rng.integers(2**32))
    return [MAKERS[type_](np.random.default_rng(seed), size, style) for style in styles]


def _step(rng: np.random.Generator, scene: Composition, code: str, axis: int, most: float) -> float:
    """Return a distance of neighbours along an axis at which they do not touch."""
    box = scene.extent(code)
    least = box[axis + 2] - box[axis] + 0.2
    if least > most:
        raise DoesNotFit
    return float(rng.uniform(least, max(least, min(most, 2.2 * least + 0.4))))
