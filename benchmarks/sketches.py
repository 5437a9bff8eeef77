"""Read sketches: figures drawn by a script, strokes that wobble, on paper with a shadow. Goal: F1 of 0.85.

Independent of the dataset `manim`: strokes are Pillow's, on a sheet that is photographed in uneven light.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from itertools import pairwise
from math import cos, pi, sin
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from jepamine.manim.layout_model.evaluation.layout_report import format_measure
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.runs.loading import load_run

WIDTH, HEIGHT = 1024, 576
UNIT = WIDTH / FRAME_WIDTH
SHOWN = ("f1", "precision", "recall", "mean_iou", "type_accuracy", "false_positives")
KINDS = ("circle", "square", "rectangle", "triangle", "line", "ellipse", "arrow")
Points = NDArray[np.float64]


def outline(rng: np.random.Generator, kind: str, size: float) -> list[Points]:
    """Return the strokes of a figure about `size` units large: points (n, 2) around its centre."""
    if kind in ("circle", "ellipse"):
        turns = np.linspace(0, 2 * pi, 60) + rng.uniform(0, 2 * pi)
        return [np.stack([np.cos(turns), np.sin(turns) * (1 if kind == "circle" else 0.55)], 1) * size / 2]
    if kind in ("line", "arrow"):
        turn = rng.uniform(0, 2 * pi)
        end = np.array([cos(turn), sin(turn)]) * size / 2
        strokes = [between(-end, end)]
        for side in (2.6, -2.6) if kind == "arrow" else ():
            strokes.append(between(end, end + 0.3 * np.array([cos(turn + side), sin(turn + side)])))
        return strokes
    sides = {"triangle": 3}.get(kind, 4)
    turns = pi / 2 + pi / sides * (sides == 4) + 2 * pi * np.arange(sides + 1) / sides
    corners = np.stack([np.cos(turns), np.sin(turns) * (0.55 if kind == "rectangle" else 1)], 1)
    corners *= size / 2 * (2**0.5 if sides == 4 else 1)
    return [np.concatenate([between(a, b) for a, b in pairwise(corners)])]


def between(a: Points, b: Points) -> Points:
    """Return 20 points from a to b."""
    return a + np.linspace(0, 1, 20)[:, None] * (b - a)


def sketch(rng: np.random.Generator) -> tuple[Image.Image, list[dict[str, float | str]]]:
    """Draw two to six figures apart from one another; return the photograph and the true objects."""
    light = (
        1 - rng.uniform(0.05, 0.35) * np.linspace(0, 1, WIDTH)[None] * np.linspace(0.5, 1, HEIGHT)[:, None]
    )
    paper = np.array([250, 246, 238]) * light[..., None] + rng.normal(0, 2.5, (HEIGHT, WIDTH, 1))
    ink = Image.new("L", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(ink)
    objects: list[dict[str, float | str]] = []
    places = rng.permutation([(x, y) for x in (-4.6, 0.0, 4.6) for y in (-1.9, 1.9)])[
        : int(rng.integers(2, 7))
    ]
    for z, place in enumerate(places):
        kind = str(rng.choice(KINDS))
        wide = int(rng.integers(4, 8))
        drawn = []
        for stroke in outline(rng, kind, rng.uniform(1.4, 2.8)):
            wobble = np.cumsum(rng.normal(0, 0.006, stroke.shape), axis=0) + rng.normal(
                0, 0.008, stroke.shape
            )
            points = stroke + wobble + place
            drawn.append(points)
            pixels = [(x * UNIT + WIDTH / 2, HEIGHT / 2 - y * UNIT) for x, y in points]
            pen.line(pixels, fill=255, width=wide, joint="curve")
        (left, low), (right, high) = np.concatenate(drawn).min(axis=0), np.concatenate(drawn).max(axis=0)
        box = {"x": (left + right) / 2, "y": (low + high) / 2, "width": right - left, "height": high - low}
        objects.append({"type": kind, "z": z, **{key: round(float(value), 4) for key, value in box.items()}})
    covered = np.asarray(ink.filter(ImageFilter.GaussianBlur(1)), float)[..., None] / 255
    tone = np.array(((30, 30, 35), (35, 55, 140), (60, 60, 60))[int(rng.integers(3))])
    photograph = (paper * (1 - covered) + tone * covered).clip(0, 255).astype(np.uint8)
    return Image.fromarray(photograph), objects


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--run", default="manim")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="folder for the sketches")
    given = parser.parse_args()
    assert FRAME_HEIGHT * UNIT == HEIGHT
    with tempfile.TemporaryDirectory() as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        lines = []
        for index in range(given.count):
            image, objects = sketch(np.random.default_rng([1, index]))
            image.save(folder / f"{index:03d}.png")
            layout = {"objects": objects}
            lines.append(
                {"clip_id": f"sketch-{index:03d}", "frame_paths": [f"{index:03d}.png"], "layout": layout}
            )
        manifest = folder / "sketches.jsonl"
        manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
        loaded = load_run(given.experiments.absolute(), given.run, manifest)
        result = loaded.trainer.evaluate(loaded.predictor, loaded.parts, None)
    for measure in SHOWN:
        print(f"{measure:16} {format_measure(result['clean']['measures'][measure])}")


if __name__ == "__main__":
    main()
