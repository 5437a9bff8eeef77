"""The 230 descriptions of the tests through reading, layout, the generator `template` and Manim.

How much of what they say is true of the objects that Manim draws (with a 95 % interval), and the time of
each step per scene: p50 and p95. Manim runs in this process, without the sandbox; previews are 854 x 480.
About a minute; needs Manim.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import sys
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.stats import binomtest

from jepamine.files import write_json
from jepamine.generators.template import template
from jepamine.layouts import Layout, Object
from jepamine.progress import progress
from jepamine.scenes.boxes import span
from jepamine.scenes.engine import Engine, engine
from jepamine.tables import table
from jepamine.textlayout.arrange import arrange
from jepamine.textlayout.read import read

STEPS = ("read", "arrange", "template", "run", "preview")
TESTS = Path(__file__).parents[1] / "tests" / "textlayout" / "conftest.py"


def tests() -> Any:
    """The module that knows the descriptions."""
    spec = importlib.util.spec_from_file_location("textlayout_conftest", TESTS)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def construct(code: str) -> dict[str, Any]:
    """The local variables of a scene's `construct` as it returns."""
    names: dict[str, Any] = {}
    exec(compile(f"{code}        self.left = dict(locals())\n", "scene.py", "exec"), names)
    scene = names["GeneratedScene"]()
    scene.construct()
    return dict(scene.left)


def drawn(layout: Layout, names: dict[str, int], found: dict[str, Any]) -> Layout:
    """The layout of what Manim made."""
    objects = list(layout.objects)
    for name, place in names.items():
        left, bottom, right, top = span(found[name]) or (0.0, 0.0, 0.0, 0.0)
        box = {
            "x": (left + right) / 2,
            "y": (bottom + top) / 2,
            "width": right - left,
            "height": top - bottom,
        }
        objects[place] = Object(**(vars(objects[place]) | box))
    return Layout(tuple(objects))


def preview(own: Engine, layout: Layout, names: dict[str, int], found: dict[str, Any]) -> bytes:
    """A PNG of the scene."""
    order = sorted(names, key=lambda name: layout.objects[names[name]].z)
    buffer = io.BytesIO()
    Image.fromarray(own.frame([found[name] for name in order])).save(buffer, "PNG")
    return buffer.getvalue()


def measure(own: Engine, cases: list[Any], truth: Any) -> dict[str, Any]:
    """Counts over all cases, and the seconds of each step of each."""
    seconds: dict[str, list[float]] = defaultdict(list)
    count: dict[str, int] = defaultdict(int)
    worst = 0.0
    with progress("describe scenes", len(cases), "scenes") as bar:
        for case in cases:
            moments = [time.perf_counter()]
            reading = read(case.text)
            moments.append(time.perf_counter())
            layout = arrange(reading)
            moments.append(time.perf_counter())
            made = template().generate(layout, case.text)
            moments.append(time.perf_counter())
            found = construct(made.code)
            moments.append(time.perf_counter())
            preview(own, layout, dict(made.names), found)
            moments.append(time.perf_counter())
            for step, (before, after) in zip(STEPS, pairwise(moments), strict=True):
                seconds[step].append(after - before)
            seconds["whole"].append(moments[-1] - moments[0])
            there = drawn(layout, dict(made.names), found)
            for item, wanted in zip(there.objects, layout.objects, strict=True):
                off = max(abs(item.x - wanted.x), abs(item.y - wanted.y))
                worst = max(worst, off)
                count["objects"] += 1
                count["objects within 0.1 units"] += off <= 0.1
            count["not understood"] += len(reading.not_understood)
            count["overlaps that were not asked for"] += len(
                set(truth.overlapping(there, 0.02)) - truth.asked_for(case.facts)
            )
            count["off-screen"] += len(truth.off_screen(there))
            count["facts"] += len(case.facts)
            count["facts that are true"] += sum(truth.holds(there, fact) for fact in case.facts)
            bar.step()
    return {"count": dict(count), "worst_offset": worst, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="JSON")
    given = parser.parse_args()
    shared = tests()
    cases = shared.all_cases()
    with engine(854) as own, own.manim.tempconfig({"dry_run": True}):
        # What the first scene alone pays for.
        construct(template().generate(arrange(read("a circle labelled 'A'")), "").code)
        result = measure(own, cases, shared.module("truth"))
    count, seconds = result["count"], result.pop("seconds")
    interval = binomtest(count["facts that are true"], count["facts"]).proportion_ci()
    result["interval"] = [interval.low, interval.high]
    result["seconds"] = {
        step: {"p50": float(np.percentile(times, 50)), "p95": float(np.percentile(times, 95))}
        for step, times in seconds.items()
    }
    print(f"{len(cases)} descriptions; {', '.join(f'{count[key]} {key}' for key in count)}")
    print(
        f"true: {count['facts that are true'] / count['facts']:.2%} [{interval.low:.2%}, {interval.high:.2%}]"
    )
    print(f"farthest from its place: {result['worst_offset']:.3f} units")
    rows = [["step", "p50, ms", "p95, ms"]]
    for step, times in result["seconds"].items():
        rows.append([step, f"{1000 * times['p50']:.1f}", f"{1000 * times['p95']:.1f}"])
    print(table(rows))
    if given.output:
        write_json(given.output, json.loads(json.dumps(result)))


if __name__ == "__main__":
    main()
