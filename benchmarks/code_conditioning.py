"""Compare the four ways to condition the predictor `layout-lm` on a layout, each trained with one recipe.

For each, report the share of first attempts that run, of objects within 0.5 units of their place in the
layout, and the same given another scene's layout. The row `slots` is the result of recipes/manim-code.toml
as it is.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from jepamine.config.recipe import read
from jepamine.config.recipe_files import parse_override
from jepamine.manim.code_model.code_evaluation import MEANINGS
from jepamine.manim.layout_model.evaluation.layout_report import format_measure
from jepamine.runs import run_status, runner
from jepamine.runs.loading import load_run
from jepamine.utils.printing import table

CONDITIONINGS = ("prefix", "prompt-only", "lines", "slots")
RECIPE = Path(__file__).parent.parent / "recipes" / "manim-code.toml"


def measured(experiments: Path, recipe: Path, conditioning: str, overrides: list[str]) -> dict:
    """Train a run unless it exists, and evaluate it on its held-out scenes."""
    name = f"code-{conditioning}"
    if not (experiments / name).exists():
        settings = [parse_override(text) for text in overrides]
        overrides_ = {tuple(keys): value for keys, value in settings} | {
            ("predictor", "conditioning"): conditioning
        }
        runner.run(read(recipe, overrides_), experiments, name)
    loaded = load_run(experiments, name)
    result = loaded.trainer.evaluate(loaded.predictor, loaded.parts, "val")
    record = run_status.read_record(loaded.folder)
    parameters = sum(tensor.numel() for tensor in loaded.predictor.parameters())
    return result | {
        "parameters": parameters,
        "val_loss": record["best_metric"],
        "train_seconds": record["seconds"]["total"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--only", nargs="+", choices=CONDITIONINGS, default=CONDITIONINGS)
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", dest="overrides")
    parser.add_argument("--output", type=Path, default=Path("code_conditioning.json"))
    arguments = parser.parse_args()
    results = {}
    for conditioning in arguments.only:
        results[conditioning] = measured(
            arguments.experiments, arguments.recipe, conditioning, arguments.overrides
        )
        arguments.output.write_text(json.dumps(results, indent=2) + "\n")
    rows = [[name, *(format_measure(result[key]) for key in MEANINGS)] for name, result in results.items()]
    print(table([["conditioning", *MEANINGS], *rows]))
    facts = [
        [name, result["parameters"], f"{result['val_loss']:.3f}", f"{result['train_seconds']:.0f}"]
        for name, result in results.items()
    ]
    print()
    print(table([["conditioning", "parameters", "val_loss", "seconds of training"], *facts]))


if __name__ == "__main__":
    main()
