"""How long scenes with LaTeX take to validate, cold and cached, and whether their boxes are Manim's own.

`python benchmarks/latex.py` validates the scenes of tests/manim/latex/scenes.txt with an empty cache, then
again, and compares each box with a run of Manim and LaTeX without a sandbox. It then sends the hostile
formulas of tests/sandbox/formulas.txt, unchecked, to the sandbox of TeX alone. Needs LaTeX and dvisvgm.
"""

from __future__ import annotations

import ast
import json
import statistics
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import manim

from jepamine.manim.latex import programs
from jepamine.manim.latex.cache import Unusable
from jepamine.manim.validation import run_scene as running
from jepamine.manim.validation.judge import judge
from jepamine.manim.validation.validator import validator

TESTS = Path(__file__).parents[1] / "tests"
HEAD = "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
DOCUMENT = (
    "\\documentclass[preview]{standalone}\n\\usepackage[english]{babel}\n\\usepackage{amsmath}\n"
    "\\usepackage{amssymb}\n\\begin{document}\n\\begin{align*}\n%s\n\\end{align*}\n\\end{document}\n"
)


def parts(path: Path) -> dict[str, str]:
    """Return the texts of a file by the names after "==" (without what follows a colon)."""
    pairs = (part.partition("\n") for part in path.read_text().split("\n== ")[1:])
    return {head.partition(": ")[0]: text.strip("\n") for head, _, text in pairs}


def scenes(folder: Path) -> None:
    """Print cold, cached and unsandboxed seconds of each scene, and the largest difference of a box."""
    print(f"{'scene':26}{'cold s':>8}{'cached s':>10}{'Manim s':>9}{'largest difference':>20}")
    times: dict[str, list[float]] = {"cold": [], "cached": []}
    with validator(cache=folder / "cache") as opened:
        for name, body in parts(TESTS / "manim/latex/scenes.txt").items():
            code = HEAD + textwrap.indent(body, " " * 8) + "\n"
            for state in times:
                began = time.perf_counter()
                report = opened.validate(code)
                times[state].append(time.perf_counter() - began)
            began = time.perf_counter()
            settings = {"media_dir": str(folder), "dry_run": True, "disable_caching": True}
            with manim.tempconfig({**settings, "verbosity": "CRITICAL"}):
                tree = {"": ast.parse(code, "<code>")}
                done = running.run(tree, scene=None, every=False, guarded=False)
                seconds = time.perf_counter() - began
                own = judge(json.dumps({"answer": {"problems": [], **done}}).encode(), None)
            expected = {item["name"]: item["box"] for item in own["objects"]}
            found = {item.name: item.box for item in report.objects}
            same = not report.problems and expected.keys() == found.keys()
            pairs = [(found[key], expected[key]) for key in found] if same else []
            errors = [abs(a - b) for pair in pairs for a, b in zip(*pair, strict=True)]
            cold, cached = times["cold"][-1], times["cached"][-1]
            print(
                f"{name:26}{cold:8.2f}{cached:10.2f}{seconds:9.2f}{max(errors, default=float('inf')):20.4f}",
                flush=True,
            )
    print(", ".join(f"{state}: median {statistics.median(values):.2f} s" for state, values in times.items()))


def hostile(folder: Path) -> None:
    """Print how many hostile formulas read or wrote outside or ran over their time."""
    found = programs.find_programs()
    if found is None:
        sys.exit("LaTeX and dvisvgm are not installed")
    outside = folder / "outside"
    outside.mkdir()
    (outside / "canary").write_text("\\errmessage{leaked}\n")
    before = sorted((path.name, path.read_bytes()) for path in outside.iterdir())
    leaks, slow = 0, 0
    formulas = parts(TESTS / "sandbox/formulas.txt")
    for text in formulas.values():
        text = text.replace("CANARY", str(outside / "canary")).replace("OUTSIDE", str(outside))
        began = time.perf_counter()
        try:
            result = programs.typeset(DOCUMENT % text, found, bubblewrap=False)
        except (programs.TexError, Unusable) as error:
            result = str(error)
        slow += time.perf_counter() - began > 2 * programs.LIMITS.deadline + 1
        leaks += "leaked" in result or "root:" in result
    wrote = before != sorted((path.name, path.read_bytes()) for path in outside.iterdir())
    print(f"{len(formulas)} hostile formulas: {leaks} read, {int(wrote)} wrote, {slow} hung")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        scenes(Path(temporary))
        hostile(Path(temporary))
