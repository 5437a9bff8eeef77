"""export, labels: scored clips to other tools, labels back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jepamine import places
from jepamine.cli.options import AnyFile, File, Named, echo, with_experiments, with_hardware, with_trust

FORMATS = ["parquet", "fiftyone", "label-studio", "cvat", "coco-video"]


@click.command()
@click.argument("scores", type=AnyFile)
@click.option("--to", type=click.Choice(FORMATS), required=True, help="Format.")
@click.option("--top", type=click.IntRange(1), metavar="K", help="Only the K best clips. [default: all]")
@click.option("--labels", type=File, help="Label file: labels that the clips have already.")
@click.option("--embeddings", is_flag=True, help="With the clips' mean embeddings (parquet, fiftyone).")
@click.option("--run", "name", metavar="NAME", help="Run of the embeddings. [default: that of SCORES]")
@click.option("--manifest", type=AnyFile, help="Manifest of the clips. [default: the one that was scored]")
@click.option("--output", type=Named(path_type=Path), help="[default: SCORES.parquet, SCORES.cvat/ ...]")
@with_hardware
@with_trust
@with_experiments
def export(
    experiments: Path,
    scores: places.File,
    to: str,
    top: int | None,
    labels: Path | None,
    embeddings: bool,
    name: str | None,
    manifest: places.File | None,
    output: Path | None,
) -> None:
    """Write the clips of SCORES, best first, for a data frame (parquet) or another tool."""
    from jepamine.mining.export.formats import export as write
    from jepamine.mining.export.formats import run_of
    from jepamine.utils.printing import near

    opened = run_of(experiments, scores, name) if embeddings else None
    output, clips = write(scores, to, output, top, manifest.absolute() if manifest else None, labels, opened)
    echo(f"exported {clips} clips: {near(output)}")
    if to == "label-studio":
        echo(f"labelling interface of the project: {near(output.with_suffix('.xml'))}")
    if to == "fiftyone":
        echo(f"load it: python {near(output / 'load.py')}")


@click.group()
def labels() -> None:
    """Labels from other tools."""


@labels.command("import")
@click.argument("file", type=Named(path_type=Path))
@click.option("--clips", type=AnyFile, help="Manifest or score file: drop labels of other clips.")
@click.option("--id", "id_name", metavar="NAME", help="Column or key of clip ids. [default: clip_id]")
@click.option("--label", "question", metavar="NAME", help="Question, column or field of the binary label.")
@click.option("--positive", multiple=True, metavar="WORD", help="Choice that means 1. Repeatable.")
@click.option("--negative", multiple=True, metavar="WORD", help="Choice that means 0. Repeatable.")
@click.option(
    "--conflicts",
    type=click.Choice(["refuse", "leave-out", "majority"]),
    default="refuse",
    show_default=True,
    help="What becomes of clips on which annotators disagree.",
)
@click.option("--output", type=File, help="[default: FILE.labels.jsonl]")
def import_command(
    file: Path, clips: places.File | None, output: Path | None, conflicts: Any, **reading: Any
) -> None:
    """Write the labels of FILE (Label Studio, CVAT, FiftyOne, COCO, CSV, Parquet) as a label file."""
    from jepamine.mining.label_import.answers import Reading
    from jepamine.mining.label_import.import_labels import import_labels, import_summary
    from jepamine.utils.printing import near

    output = output or file.with_name(f"{file.stem}.labels.jsonl")
    imported = import_labels(file, output, Reading(**reading), clips, conflicts)
    echo(f"labels of {len(imported.labels)} clips: {near(output)}")
    echo("\n".join(import_summary(imported)))
