"""Measure how well layouts generalize: train without one family of scenes, evaluate on that family.

For each family a run is trained with `trainer.leave_out`, named `manim-without-FAMILY`; existing runs are
reused. The table compares the unseen family with the held-out scenes of the families that were trained on.
Use `--set trainer.epochs=2` and fewer scenes for a quick look.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from jepamine.config.recipe import read
from jepamine.config.recipe_files import parse_override
from jepamine.manim.layout_model.evaluation.layout_report import format_measure
from jepamine.manim.scenes.families import FAMILIES
from jepamine.runs import runner
from jepamine.runs.loading import load_run
from jepamine.utils.printing import table

MEASURES = ("mean_iou", "f1", "type_accuracy", "false_positives", "calibration_error")


def without(experiments: Path, recipe: Path, family: str, overrides: list[str]) -> dict[str, Any]:
    """Train without a family unless the run exists; return its evaluation."""
    name = f"manim-without-{family}"
    if not (experiments / name).exists():
        settings = {tuple(keys): value for keys, value in map(parse_override, overrides)}
        runner.run(read(recipe, settings | {("trainer", "leave_out"): family}), experiments, name)
    loaded = load_run(experiments, name)
    return loaded.trainer.evaluate(loaded.predictor, loaded.parts, "val")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", dest="overrides")
    parser.add_argument("--output", type=Path, default=Path("leave_one_family_out.json"))
    arguments = parser.parse_args()
    results: dict[str, Any] = {}
    for family in arguments.families:
        results[family] = without(arguments.experiments, arguments.recipe, family, arguments.overrides)
        arguments.output.write_text(json.dumps(results, indent=2) + "\n")
    rows = []
    for family, result in results.items():
        for title, measures in (
            (f"{family}, not trained on", result["unseen_families"][0]["measures"]),
            ("the other families", result["clean"]["measures"]),
        ):
            rows.append([title, *(format_measure(measures[name]) for name in MEASURES)])
    print(table([["scenes", *MEASURES], *rows]))


if __name__ == "__main__":
    main()
