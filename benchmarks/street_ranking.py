"""How every scorer ranks street scenes that the run has never seen; prints the table of docs/ranking.md.

Trains on 240 clips, evaluates 500 others (4 % events, other scenes), all with the command line's own code:
about eight minutes on two cores, of which the embeddings of a second call are already there.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from jepamine.config import recipe
from jepamine.mining.evaluation import evaluate, keep
from jepamine.mining.street.street_dataset import street
from jepamine.runs import run_folder, runner
from jepamine.runs.loading import load_run
from jepamine.statistics.ranking_text import render

PANEL = ["predicted", "masked", "knn", "mahalanobis", "drive", "variogram", "sensor", "scene", "random"]


def cell(values: dict[str, Any], metric: str) -> str:
    interval = values["intervals"][metric]
    return f"{values[metric]:.3f}" + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else "")


def markdown(result: dict[str, Any]) -> str:
    """Return the table of docs/ranking.md: one row a scorer, best AP first, and the chance band."""
    rows = ["| scorer | AP [95 %] | AUROC [95 %] | verdict |", "|---|---|---|---|"]
    ranking = result["ranking"]
    for name in sorted(ranking, key=lambda name: -float(ranking[name]["average_precision"])):
        values = ranking[name]
        metrics = f"{cell(values, 'average_precision')} | {cell(values, 'auroc')}"
        rows.append(f"| `{name}` | {metrics} | {values['verdict']} |")
    ap, auroc = result["chance"]["average_precision"], result["chance"]["auroc"]
    rows.append(
        f"| chance band | {ap['mean']:.3f} [{ap['low']:.3f}, {ap['high']:.3f}] "
        f"| {auroc['mean']:.3f} [{auroc['low']:.3f}, {auroc['high']:.3f}] | |"
    )
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--train-clips", type=int, default=240)
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1000, help="of the evaluated scenes")
    given = parser.parse_args()
    experiments = given.experiments.absolute()
    overrides = {
        ("dataset", "clips"): given.train_clips,
        ("dataset", "event_rate"): 0.04,
        # Not in the recipe, as it encodes each tubelet under two more masks.
        ("scoring", "also"): [*PANEL, "residual"],
    }
    name = "street-ranking"
    if name in [run.name for run in run_folder.all_runs(experiments)]:
        runner.resume(experiments, name)
    else:
        default = Path(__file__).parents[1] / "recipes" / "default.toml"
        runner.run(recipe.read(default, overrides), experiments, name)
    source = street(experiments / "_data", clips=given.clips, event_rate=0.04, seed=given.seed)
    opened = load_run(experiments, name, source.manifest)
    result = evaluate(opened, None, source.labels)
    keep(opened, result, f"street-{given.clips}-{given.seed}")
    print(render(result | result["labelled"]))
    print(f"\nrecord.json beside: {opened.folder.path}\n\n{markdown(result)}")


if __name__ == "__main__":
    main()
