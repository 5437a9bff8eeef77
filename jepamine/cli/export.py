"""export, labels: scored clips to other tools, labels back."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine import places
from jepamine.cli.options import AnyFile, File, echo


@click.command()
@click.argument("scores", type=AnyFile)
@click.option("--to", type=click.Choice(["parquet", "label-studio"]), required=True, help="Format.")
@click.option("--top", type=click.IntRange(1), metavar="K", help="Only the K best clips. [default: all]")
@click.option("--manifest", type=AnyFile, help="Manifest of the clips. [default: the one that was scored]")
@click.option("--output", type=File, help="[default: SCORES.parquet, SCORES.label-studio.json]")
def export(
    scores: places.File, to: str, top: int | None, manifest: places.File | None, output: Path | None
) -> None:
    """Write the clips of SCORES, best first, for a data frame (parquet) or Label Studio."""
    from jepamine.mining.export.formats import export as write
    from jepamine.utils.printing import near

    output, clips = write(scores, to, output, top, manifest.absolute() if manifest else None)
    echo(f"exported {clips} clips: {near(output)}")
    if to == "label-studio":
        echo(f"labelling interface of the project: {near(output.with_suffix('.xml'))}")


@click.group()
def labels() -> None:
    """Labels from other tools."""


@labels.command("import")
@click.argument("file", type=File)
@click.option("--output", type=File, help="[default: FILE.labels.jsonl]")
def import_command(file: Path, output: Path | None) -> None:
    """Write the labels of FILE, a JSON export of Label Studio, as a label file."""
    from jepamine.mining.export.import_labels import import_labels
    from jepamine.utils.printing import near

    output = output or file.with_name(f"{file.stem}.labels.jsonl")
    clips = import_labels(file, output)
    echo(f"labels of {clips} clips: {near(output)}")
