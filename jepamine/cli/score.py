"""score, merge: score clips, whole manifests or parts of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jepamine import places
from jepamine.cli.options import (
    AnyFile,
    AnyFolder,
    AnyPath,
    File,
    echo,
    refuse,
    with_checkpoint,
    with_cluster,
    with_experiments,
    with_hardware,
    with_trust,
)

if TYPE_CHECKING:
    from jepamine.cluster.tasks import Cluster


@click.command()
@click.option("--run", "name", required=True, metavar="NAME", help="Run whose predictor is used.")
@click.argument("manifest", type=AnyPath)
@click.option("--output", type=AnyFile, help="[default: experiments/NAME/scores/MANIFEST.jsonl]")
@click.option("--scorer", help="Scorer whose value is written as `score`. [default: the recipe's]")
@click.option("--root", type=AnyFolder, help="Folder that frame paths are relative to.")
@click.option("--on-error", type=click.Choice(["stop", "record"]), default="stop")
@click.option("--resume", is_flag=True, help="Continue a stopped scoring of the same manifest.")
@click.option(
    "--heatmaps", is_flag=True, help="Also store where in its frames each clip is novel, for `report`."
)
@with_checkpoint
@click.option(
    "--shard",
    metavar="I/N",
    help="Score part I of N; drives are not divided. [default: this job's part of a Slurm, PBS, Grid Engine "
    "or Kubernetes array, else 1/1]",
)
@with_cluster
@with_hardware
@with_trust
@with_experiments
def score(
    experiments: Path,
    name: str,
    manifest: places.File,
    output: places.File | None,
    scorer: str | None,
    root: places.File | None,
    on_error: Any,
    resume: bool,
    shard: str | None,
    heatmaps: bool,
    checkpoint: str | None,
    cluster: Cluster | None,
) -> None:
    """Score every clip of MANIFEST: higher is more novel."""
    refuse(
        (bool(shard and cluster), "--dask makes its own parts (--parts N); it takes no --shard."),
        (bool(heatmaps and cluster), "--heatmaps are written by one process only; leave out --dask."),
        (
            heatmaps and isinstance(output, places.Url),
            "--heatmaps are written beside the scores, on disk; give a path as --output.",
        ),
        (bool(checkpoint and cluster), "--checkpoint works in one process only; leave out --dask."),
    )
    from jepamine.data.shards import Shard, parse_shard, scheduled_shard
    from jepamine.utils.progress import notify

    try:
        scheduled = None if shard or cluster else scheduled_shard(os.environ)
        part = parse_shard(shard) if shard else scheduled[0] if scheduled else Shard()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--shard") from None
    if scheduled:
        notify(f"scoring part {part.number} of {part.of} ({scheduled[1]}); --shard 1/1 scores all clips")
    from jepamine.mining.score_files import on_disk
    from jepamine.mining.scoring import score_manifest
    from jepamine.mining.summaries import score_summary
    from jepamine.runs.loading import load_run
    from jepamine.utils.files import require_writable

    opened = load_run(
        experiments,
        name,
        manifest.absolute(),
        root.absolute() if root else None,
        checkpoint=checkpoint,
    )
    suffix = f"-{checkpoint}" if checkpoint else ""
    suffix += "" if part.of == 1 else f"-{part.number}-of-{part.of}"
    if output is None:
        output = opened.folder.scores / f"{manifest.stem}{suffix}.jsonl"
        require_writable(output.parent, f"pass --output, such as --output {output.name}")
    if cluster:
        from jepamine.mining.cluster_scoring import score_on_cluster

        with on_disk(output, opened.folder) as path:
            counts = score_on_cluster(opened, path, cluster, scorer=scorer, on_error=on_error)
        echo(score_summary(output, counts, name))
        return
    with on_disk(output, opened.folder) as path:
        counts = score_manifest(
            opened, path, scorer=scorer, on_error=on_error, resume=resume, shard=part, heatmaps=heatmaps
        )
    echo(score_summary(output, counts, name))


@click.command()
@click.argument("parts", type=File, nargs=-1, required=True)
@click.option("--manifest", type=File, required=True, help="Manifest that was scored.")
@click.option("--output", type=File, required=True, help="Score file to write.")
def merge(parts: tuple[Path, ...], manifest: Path, output: Path) -> None:
    """Join the PARTS that score --shard wrote into one score file, in the manifest's order.

    Fails if a part is unfinished, or a clip is missing, scored twice or not in the manifest.
    """
    from jepamine.mining.score_parts import merge_parts
    from jepamine.mining.summaries import merge_summary

    counts = merge_parts(parts, manifest.absolute(), output)
    echo(merge_summary(output, counts, len(parts)))
