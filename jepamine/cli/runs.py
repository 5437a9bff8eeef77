"""runs, show, compare, check, plugins, store, reproduce, rm: what exists, its repetition and its removal."""

from __future__ import annotations

from pathlib import Path

import click

from jepamine.cli.options import File, as_json, echo, with_experiments, with_trust
from jepamine.utils.printing import table


@click.group(invoke_without_command=True)
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_experiments
def runs(experiments: Path, json_: bool) -> None:
    """List runs, one per line: name, status, recipe, headline metric, when."""
    if click.get_current_context().invoked_subcommand:
        return
    from jepamine.runs.summary import runs_rows

    rows, damaged = runs_rows(experiments)
    if json_:
        as_json([dict(zip(rows[0], row, strict=True)) for row in rows[1:]])
    elif len(rows) > 1:
        echo(table(rows))
    elif not damaged:
        echo(f"no runs in {experiments}; start with: jepamine run default")
    for message in damaged:
        echo(f"warning: {message}", err=True)


@click.command()
@click.argument("name")
@click.option("--json", "json_", is_flag=True, help="Print the record as one JSON document.")
@click.option("--plot", type=File, help="Draw the loss curves into this file.")
@with_experiments
def show(experiments: Path, name: str, json_: bool, plot: Path | None) -> None:
    """Show the record of one run."""
    from jepamine.runs import run_folder, run_status
    from jepamine.runs.summary import show_summary

    folder = run_folder.find(experiments, name)
    record = run_status.read_record(folder)
    if plot:
        from jepamine.runs.summary import loss_plot

        loss_plot(folder, plot)
    as_json(record) if json_ else echo(show_summary(folder, record))


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME NAME...")
@click.option("--all", "everything", is_flag=True, help="Also show what does not differ.")
@click.option(
    "--labels", type=File, help="JSONL of labels: paired differences of the runs on the same clips."
)
@click.option(
    "--manifest", type=File, help="With --labels: the clips. [default: those that all runs held out]"
)
@click.option("--scorer", help="With --labels: the scorer to compare. [default: each recipe's]")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_experiments
def compare(
    experiments: Path,
    names: tuple[str, ...],
    everything: bool,
    labels: Path | None,
    manifest: Path | None,
    scorer: str | None,
    json_: bool,
) -> None:
    """Compare runs side by side: only what differs, settings first, then metrics.

    With --labels also how well they rank the same clips, whether a difference is beyond luck, and the
    spread over runs that differ in their seed only.
    """
    if len(names) < 2:
        raise click.UsageError("Pass at least two runs.")
    if labels is None and (manifest or scorer):
        raise click.UsageError("--manifest and --scorer require --labels FILE.")
    from jepamine.runs import run_folder
    from jepamine.runs.compare import compare as compare_runs
    from jepamine.runs.summary import compare_summary

    result = compare_runs([run_folder.find(experiments, name) for name in names], everything)
    text = compare_summary(result)
    if labels:
        from jepamine.mining.comparison import compare_on_labels, describe

        clips = manifest.absolute() if manifest else None
        result["ranking"] = compare_on_labels(experiments, names, labels, clips, scorer)
        text += "\n\n" + describe(result["ranking"])
    as_json(result) if json_ else echo(text)


@click.command()
@click.option("--prune", "names", multiple=True, metavar="STORE", help="Remove this store.")
@click.option("--prune-unused", is_flag=True, help="Remove the stores of encoders that no run uses.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_experiments
def store(experiments: Path, names: tuple[str, ...], prune_unused: bool, json_: bool) -> None:
    """Show the size of the embedding store by encoder; pruned embeddings are recomputed when needed."""
    from jepamine.runs.store_usage import prune, usage

    removed = prune(experiments, list(names), prune_unused) if names or prune_unused else []
    remaining = usage(experiments)
    if json_:
        as_json({"stores": remaining, "removed": removed})
        return
    for entry in removed:
        echo(f"removed {entry['store']}: {entry['bytes'] / 1e6:.1f} MB")
    rows = [
        [entry["store"], entry["embeddings"], f"{entry['bytes'] / 1e6:.1f} MB", len(entry["runs"])]
        for entry in remaining
    ]
    echo(table([["store", "embeddings", "size", "runs"], *rows]) if rows else "no embeddings are stored")


@runs.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--keep", type=click.IntRange(1), default=2, help="Last checkpoints of a run to keep.")
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
    from jepamine.runs.retention import remove
    from jepamine.utils.printing import near

    for name in names:
        run_folder.find(experiments, name)
    for name in names:
        moved = remove(experiments, name)
        echo(f"moved run '{name}' to {near(moved)}; move the folder back to restore it")


@click.command()
@click.argument("name")
@click.option("--name", "new_name", metavar="NEW", help="Name of the new run. [default: NAME-again]")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    help="Accept other weights if no metric differs by more than this. [default: equal bit for bit]",
)
@click.option("--json", "json_", is_flag=True, help="Print one JSON document on stdout.")
@with_trust
@with_experiments
def reproduce(
    experiments: Path, name: str, new_name: str | None, tolerance: float | None, json_: bool
) -> None:
    """Train the recipe of the run NAME again, as a new run, and compare weights, metrics and versions.

    Exits with 1 if the weights are not equal bit for bit, or a metric is beyond --tolerance.
    """
    from jepamine.runs.reproduce import failure, reproduce_summary
    from jepamine.runs.reproduce import reproduce as reproduce_run

    result = reproduce_run(experiments, name, new_name)
    as_json(result) if json_ else echo(reproduce_summary(result))
    if reason := failure(result, tolerance):
        raise click.ClickException(reason)
