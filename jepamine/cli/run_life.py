"""runs prune, rm, reproduce: disk space, removal and repetition of runs."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import as_json, echo, with_experiments, with_trust


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--keep", type=click.IntRange(1), default=2, show_default=True, help="Last checkpoints of a run to keep."
)
@click.option("--dry-run", is_flag=True, help="Only list what would be removed.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_experiments
def prune(experiments: Path, names: tuple[str, ...], keep: int, dry_run: bool, json_: bool) -> None:
    """Remove checkpoints of runs (default: all runs) but the last ones and the best.

    The runs stay usable and can be resumed: weights.safetensors is not a checkpoint.
    """
    from jepamine.runs.retention import prune_runs

    entries = prune_runs(experiments, names, keep, dry_run)
    if json_:
        as_json({"removed": entries, "dry_run": dry_run})
        return
    verb = "would remove" if dry_run else "removed"
    for entry in entries:
        count, size = len(entry["checkpoints"]), entry["bytes"] / 1e6
        echo(f"{verb} {count} checkpoints of {entry['run']}: {size:.1f} MB")
    if not entries:
        echo("nothing to remove")


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@with_experiments
def rm(experiments: Path, names: tuple[str, ...]) -> None:
    """Move runs to the folder _trash inside the experiments folder."""
    from jepamine.runs import run_folder
    from jepamine.runs.trash import remove
    from jepamine.utils.shell import near

    for name in names:
        run_folder.find(experiments, name)
    for name in names:
        moved = remove(experiments, name)
        echo(f"moved run '{name}' to {near(moved)}; move the folder back to restore it")


@click.command()
@click.argument("name")
@click.option("--name", "new_name", metavar="NEW", help="Name of the new run. [default: NAME-again]")
@click.option("--strict", is_flag=True, help="Exit with 1 if the weights are not equal bit for bit.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_trust
@with_experiments
def reproduce(experiments: Path, name: str, new_name: str | None, strict: bool, json_: bool) -> None:
    """Train the recipe of the run NAME again, as a new run, and compare weights, metrics and versions."""
    from jepamine.runs.reproduce import reproduce as reproduce_run
    from jepamine.runs.reproduce import reproduce_summary

    result = reproduce_run(experiments, name, new_name)
    as_json(result) if json_ else echo(reproduce_summary(result))
    if strict and not result["equal"]:
        raise click.ClickException(f"the weights of '{name}' were not reproduced (--strict)")
