"""The 230 descriptions of the tests through the whole chain: layout, `template`, sandbox, still preview.

How much of what they say is true of the objects that Manim made (with a 95 % interval), and the seconds of a
scene: p50 and p95 with a warm pool of one server, previews 854 x 480, and those of a cold command. Under a
minute; needs Manim.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from jepamine.manim.generation.build_pipeline import open_pipeline
from jepamine.manim.generation.pipeline import Pipeline
from jepamine.manim.generation.request import Request, Result
from jepamine.manim.layouts import Layout, Object
from jepamine.utils.json_files import write_json
from jepamine.utils.progress import progress

TESTS = Path(__file__).parents[1] / "tests" / "manim" / "text" / "conftest.py"
COLD = 5


def tests() -> Any:
    """The module that knows the descriptions."""
    spec = importlib.util.spec_from_file_location("textlayout_conftest", TESTS)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def drawn(made: Result) -> Layout:
    """Return the layout of what Manim made."""
    boxes = {item.name: item.box for item in made.report.objects}
    objects = list(made.layout.objects)
    for name, place in made.names.items():
        x, y, width, height = boxes[name]
        objects[place] = Object(**(vars(objects[place]) | {"x": x, "y": y, "width": width, "height": height}))
    return Layout(tuple(objects))


def measure(opened: Pipeline, cases: list[Any], truth: Any, style: str) -> dict[str, Any]:
    """Return counts over all cases, and the seconds of each."""
    seconds: list[float] = []
    count: dict[str, int] = defaultdict(int)
    with progress("describe scenes", len(cases), "scenes", every=50) as bar:
        for case in cases:
            began = time.perf_counter()
            made = opened.make(Request(case.text, style=style, preview=854))  # type: ignore[arg-type]
            seconds.append(time.perf_counter() - began)
            kept = made.report.final.adherence
            assert kept is not None
            there = drawn(made)
            count["scenes"] += 1
            count["first tries that run"] += made.tries[0].problem is None
            count["objects"] += len(kept.matches)
            count["objects within 0.1 units"] += sum(
                one.error is not None and one.error <= 0.1 for one in kept.matches
            )
            count["overlaps that were not asked for"] += len(
                set(truth.overlapping(there, 0.02)) - truth.asked_for(case.facts)
            )
            count["off-screen"] += len(made.report.final.off_screen)
            count["facts"] += len(case.facts)
            count["facts that are true"] += sum(truth.holds(there, fact) for fact in case.facts)
            bar.step()
    return {"count": dict(count), "seconds": percentiles(seconds)}


def cold(folder: Path) -> list[float]:
    """Seconds of `jepamine scenes generate` as a command, from nothing to code and preview."""
    words = ["-m", "jepamine", "scenes", "generate", "a row of three blue squares labelled 'A', 'B', 'C'"]
    files = ["--output", str(folder / "scene.py"), "--preview", str(folder / "scene.png")]
    found = []
    for _ in range(COLD):
        began = time.perf_counter()
        subprocess.run([sys.executable, *words, *files], check=True, capture_output=True)
        found.append(time.perf_counter() - began)
    return found


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and the most."""
    values = np.percentile(seconds, [50, 95, 100])
    return {name: round(float(value), 4) for name, value in zip(("p50", "p95", "max"), values, strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--style", default="3b1b")
    parser.add_argument("--output", type=Path, help="JSON")
    given = parser.parse_args()
    shared = tests()
    with tempfile.TemporaryDirectory() as name:
        with open_pipeline(Path(name), None) as opened:
            opened.make(Request("a circle", preview=854))
            result = measure(opened, shared.all_cases(), shared.module("truth"), given.style)
        result["cold"] = percentiles(cold(Path(name)))
    count = result["count"]
    interval = binomtest(count["facts that are true"], count["facts"]).proportion_ci()
    result["interval"] = [interval.low, interval.high]
    print(", ".join(f"{value} {key}" for key, value in count.items()))
    share = count["facts that are true"] / count["facts"]
    print(f"relations true: {share:.2%} [{interval.low:.2%}, {interval.high:.2%}]")
    print(f"seconds a scene, warm: {result['seconds']}; cold command: {result['cold']}")
    if given.output:
        write_json(given.output, result)


if __name__ == "__main__":
    main()
