"""Seconds for a validation: a child forked from a server with Manim imported, against a cold interpreter.

Goal of the whole chain: a scene, its validation and a still preview in 0.5 s at the 95th percentile with a
warm pool, under 5 s from a cold command.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from jepamine.manim.validation.validator import Validator, validator

SHAPES = """
circle = Circle(radius=0.8, color=RED, fill_opacity=0.5).move_to([-3, 1, 0])
square = Square(side_length=1.5, color=BLUE).move_to([3, -1, 0])
self.add(circle, square)
"""
TEXTS = """
title = Text("The energy of a spring").scale(0.8).move_to([0, 3, 0])
axes = Axes(x_range=[-3, 3, 1], y_range=[-2, 2, 1], x_length=5, y_length=3).move_to([-3, -0.5, 0])
graph = FunctionGraph(lambda x: 0.5 * x**2, x_range=[-2, 2, 0.1], color=YELLOW).move_to([-3, 0, 0])
box = Rectangle(width=4, height=2, color=BLUE).move_to([4, 0, 0])
label = Text("potential").scale(0.6).move_to([4, 0, 0])
arrow = Arrow([-0.3, 0, 0], [1.8, 0, 0], buff=0, color=GREEN)
dot = Dot([-3, 0, 0], color=RED)
star = Star(n=5, outer_radius=0.5, color=GOLD).move_to([4, -2.5, 0])
self.add(title, axes, graph, box, label, arrow, dot, star)
"""
ANIMATED = """
circle = Circle(radius=0.8, color=RED).move_to([-3, 1, 0])
word = Text("energy").move_to([2, -1, 0])
self.play(Create(circle), Write(word))
self.play(circle.animate.shift(RIGHT))
self.wait()
"""
SCENES = {"2 shapes": SHAPES, "8 objects, 2 of them texts": TEXTS, "2 objects, 2 animations": ANIMATED}
# What `scenes validate` would do without a server: import, run once, end. Nothing is confined here.
COLD = """
import json, sys, tempfile
from pathlib import Path
from jepamine.manim.validation import scene_task
scene_task.prepare()
request = {"code": Path(sys.argv[1]).read_text(), "check": True, "scene": None, "preview": None}
assert not scene_task.run(request, Path(tempfile.mkdtemp(dir=sys.argv[2])))["problems"]
"""


def code_of(body: str) -> str:
    head = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
    return head + textwrap.indent(body.strip(), " " * 8) + "\n"


def warm(opened: Validator, code: str, preview: int | None, times: int) -> list[float]:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        report = opened.validate(code, preview=preview)
        found.append(time.perf_counter() - began)
        assert report.runs, report.problems
    return found


def cold(code: str, folder: Path, times: int) -> list[float]:
    path = folder / "scene.py"
    path.write_text(code)
    found = []
    for _ in range(times):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", COLD, path, folder], check=True, capture_output=True)
        found.append(time.perf_counter() - began)
    return found


def row(seconds: list[float]) -> dict[str, float]:
    return {"p50": statistics.median(seconds), "p95": sorted(seconds)[int(0.95 * (len(seconds) - 1))]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--output", type=Path, default=Path("experiments/bench-sandbox.json"))
    given = parser.parse_args()
    table: dict[str, dict[str, float]] = {}
    began = time.perf_counter()
    with validator() as opened, tempfile.TemporaryDirectory() as name:
        table["start of a server"] = row([time.perf_counter() - began])
        for what, body in SCENES.items():
            code = code_of(body)
            warm(opened, code, None, 3)
            table[f"{what}: forked child"] = row(warm(opened, code, None, given.times))
            table[f"{what}: forked child, with a preview"] = row(warm(opened, code, 854, given.times))
            table[f"{what}: cold interpreter"] = row(cold(code, Path(name), max(given.times // 12, 3)))
        print(f"seconds, protection: {opened.protection}")
    for what, found in table.items():
        print(f"  {what:58}" + "  ".join(f"{key} {value:6.3f}" for key, value in found.items()))
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
