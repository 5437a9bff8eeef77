"""run, eval: train a recipe, evaluate a run or a score file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jepamine import places
from jepamine.cli.options import (
    AnyFile,
    AnyFolder,
    AnyPath,
    File,
    Recipe,
    as_json,
    echo,
    refuse,
    with_checkpoint,
    with_cluster,
    with_experiments,
    with_hardware,
    with_left_parts,
    with_trust,
)
from jepamine.cli.overrides import Overrides, with_overrides

if TYPE_CHECKING:
    from jepamine.cluster.tasks import Cluster


@click.command()
@click.argument("recipe", type=Recipe, required=False)
@click.option("--name", help="Name of the run; must not exist yet. [default: the recipe's]")
@with_overrides
@click.option(
    "--seeds",
    type=click.IntRange(2, 1000),
    help="Train this many runs, with the recipe's seed and those after it.",
)
@click.option("--resume", metavar="NAME", help="Resume a stopped run (takes no other options but --dask).")
@with_cluster
@with_trust
@with_experiments
def run(
    experiments: Path,
    recipe: Path | None,
    name: str | None,
    overrides: Overrides,
    seeds: int | None,
    resume: str | None,
    cluster: Cluster | None,
) -> None:
    """Train what RECIPE declares: encode once, train the predictor, write a run record.

    RECIPE is a TOML file, or the name of one that comes with jepamine, such as default.
    """
    if resume is not None:
        if recipe or name or overrides or seeds:
            raise click.UsageError(
                "--resume NAME continues a run unchanged; of other options it takes only --dask."
            )
    elif recipe is None:
        raise click.UsageError("Pass a RECIPE, such as default or my/recipe.toml, or --resume NAME.")
    from jepamine.config.recipe import read
    from jepamine.runs.integrity import require_trusted_recipe

    if recipe is not None:
        require_trusted_recipe(recipe)
    resolved = read(recipe, overrides) if recipe is not None else None

    from jepamine.runs import runner
    from jepamine.runs.summary import run_summary

    if resolved and seeds:
        from jepamine.runs.summary import seeds_summary

        echo(seeds_summary(runner.run_seeds(resolved, experiments, name, seeds, cluster), experiments))
        return
    if resolved:
        folder = runner.run(resolved, experiments, name, cluster)
    else:
        folder = runner.resume(experiments, str(resume), cluster)
    echo(run_summary(folder, experiments))


@click.command("eval")
@click.option("--run", "name", metavar="NAME", help="Run to evaluate.")
@click.option("--scores", type=AnyFile, help="Rank a score file instead; requires --labels, no run needed.")
@click.argument("manifest", type=AnyPath, required=False)
@click.option(
    "--split", type=click.Choice(["val", "train", "test", "all"]), help="[default: val; all for a MANIFEST]"
)
@click.option("--root", type=AnyFolder, help="Folder that frame paths are relative to.")
@click.option(
    "--labels", type=File, help="JSONL with clip_id and binary_label: measure how well the scorers rank."
)
@click.option("--scorer", help="With --labels and --run: also rank this scorer.")
@click.option("--sheet", type=File, help="Draw predictions into this PNG, if the trainer supports it.")
@with_checkpoint
@click.option("--int8", is_flag=True, help="Quantize the run's linear layers first, to measure the cost.")
@click.option("--output", type=File, help="Also write the result as JSON to this file.")
@click.option("--strict", is_flag=True, help="Exit with 1 if a source predicts the label or labels are lost.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_cluster
@with_left_parts
@with_hardware
@with_trust
@with_experiments
def eval_command(
    experiments: Path,
    name: str | None,
    scores: places.File | None,
    manifest: places.File | None,
    split: str | None,
    root: places.File | None,
    labels: Path | None,
    scorer: str | None,
    sheet: Path | None,
    int8: bool,
    checkpoint: str | None,
    output: Path | None,
    strict: bool,
    json_: bool,
    cluster: Cluster | None,
) -> None:
    """Measure cosine similarity on held-out clips and, with --labels, how well the scores rank."""
    refuse(
        ((name is None) == (scores is None), "Give either --run NAME or --scores FILE."),
        (
            strict and labels is None,
            "--strict checks whether the source predicts the label; it requires --labels FILE.",
        ),
        (root is not None and manifest is None, "--root DIR requires a MANIFEST."),
        *(
            (given and scores is not None, f"{option} requires --run NAME.")
            for option, given in (
                ("--int8", int8),
                ("--checkpoint", checkpoint is not None),
                ("--sheet FILE", sheet is not None),
                ("--dask", cluster is not None),
            )
        ),
        (
            scorer is not None and (labels is None or scores is not None),
            "--scorer NAME requires --run NAME and --labels FILE.",
        ),
        (
            scores is not None and (labels is None or manifest is not None or split is not None),
            "--scores FILE requires --labels FILE and takes no MANIFEST or --split.",
        ),
    )
    from jepamine.mining.summaries import eval_summary
    from jepamine.utils.json_files import write_json

    opened, optimistic = None, False
    if scores is not None and labels is not None:
        from jepamine.mining.ranking import rank_files

        result: dict[str, Any] = rank_files(scores, labels)
    else:
        from jepamine.mining.evaluation import chose_epoch, draw_sheet, evaluate, keep
        from jepamine.runs.loading import load_run

        places_of = [place.absolute() if place else None for place in (manifest, root)]
        opened = load_run(experiments, str(name), *places_of, int8=int8, checkpoint=checkpoint)
        split = split or ("all" if manifest else "val")
        part = None if split == "all" else split
        result = evaluate(opened, part, labels, scorer, cluster)
        optimistic = chose_epoch(opened, part)
        if sheet:
            draw_sheet(opened, part, sheet)
    # Printed before writing: a full disk must not lose the result.
    trainer = opened.trainer if opened else None
    as_json(result) if json_ else echo(eval_summary(result, trainer, optimistic))
    if output:
        write_json(output, result)
    if opened:
        variants = ["labels" if labels else "", "int8" if int8 else "", checkpoint or ""]
        title = [manifest.stem if manifest else "run", str(split), *variants]
        keep(opened, result, "-".join(word for word in title if word))
    if strict:
        from jepamine.mining.ranking import flagged, losses

        for line in losses(result):
            raise click.ClickException(f"{line} (--strict)")
        for field in flagged(result):
            raise click.ClickException(f"the {field} alone predicts the label (--strict)")
