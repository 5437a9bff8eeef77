"""Format results of the run commands as text, tables and a plot, with the next command to type."""

from __future__ import annotations

import io
import statistics
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.protocols import RemarkTrainer
from jepamine.runs import run_folder, run_status
from jepamine.runs.run_folder import RunFolder
from jepamine.runs.run_record import RunRecord
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import read_jsonl
from jepamine.utils.printing import cell, command, near, table


def run_summary(run: RunFolder, experiments: Path) -> str:
    """Return what a run produced, what its numbers mean, and the next command."""
    record = run_status.read_record(run)
    from jepamine.config import registry
    from jepamine.config.recipe import read

    trainer: Any = registry.load(read(run.recipe, {}).plugins["trainer"])
    data, metrics = record["data"], record["metrics"]
    seconds = record["seconds"]
    lines = [
        f"run '{run.name}' {record['status']}: {data['clips']} clips, {data['tubelets']} tubelets, "
        f"{record['epochs_done']} epochs (encode {cell(seconds.get('encode'))} s, "
        f"train {cell(seconds.get('train'))} s)",
        "",
        table(
            [["metric", "value", "what it means"]]
            + [[key, metrics[key], text] for key, text in trainer.meanings.items() if key in metrics]
        ),
        "",
        table(
            [
                ["record", near(run.record)],
                ["weights", f"{near(run.weights)} (epoch {metrics.get('best_epoch')}, the lowest val_loss)"],
                ["loss curve", near(run.metrics)],
                ["recipe, resolved", near(run.recipe)],
                ["manifest", near(run.manifest)],
            ]
        ),
        "",
    ]
    if isinstance(trainer, RemarkTrainer) and (remark := trainer.remark(metrics)):
        lines += [f"{remark} Train longer, or change the recipe: see the loss curve.", ""]
    if not trainer.ranks_clips:
        lines += ["Next:", "  " + command("eval", "--run", run.name, experiments=experiments)]
        return "\n".join(lines)
    lines += [
        "Next: score clips by novelty, here the run's own:",
        "  " + command("score", "--run", run.name, near(run.manifest), experiments=experiments),
    ]
    if run.labels.exists():
        lines += [
            "and see how well the ranking finds the labelled events among the held-out clips:",
            "  " + command("eval", "--run", run.name, "--labels", near(run.labels), experiments=experiments),
        ]
    return "\n".join(lines)


def seeds_summary(runs: list[RunFolder], experiments: Path) -> str:
    """Return the metrics of runs that differ in their seed: each run's, their mean and standard deviation."""
    metrics = [run_status.read_record(run)["metrics"] for run in runs]
    keys = [key for key in metrics[0] if all(isinstance(row.get(key), (int, float)) for row in metrics)]
    columns = {key: [float(row[key] or 0) for row in metrics] for key in keys}
    rows: list[list[Any]] = [["metric", *(run.name for run in runs), "mean", "sd"]]
    for key, values in columns.items():
        rows.append([key, *values, statistics.fmean(values), statistics.stdev(values)])
    names = [run.name for run in runs]
    return "\n".join(
        [
            table(rows),
            "",
            "Next: how they rank labelled clips, with the spread over seeds:",
            "  " + command("compare", *names, "--labels", "LABELS.jsonl", experiments=experiments),
        ]
    )


def show_summary(run: RunFolder, record: RunRecord) -> str:
    """Return a record as text."""
    rows: list[list[Any]] = []
    for key, value in record.items():
        if isinstance(value, dict):
            rows += [[f"{key}.{name}", _inline(inner)] for name, inner in value.items()]
        else:
            rows.append([key, _inline(value)])
    text = table([["field", "value"], *rows])
    if record["status"] in ("interrupted", "failed"):
        text += f"\n\ncontinue it: {command('run', '--resume', run.name)}"
    return text


def _inline(value: Any) -> Any:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    return ", ".join(str(part) for part in value) if isinstance(value, list) else cell(value)


def runs_rows(experiments: Path) -> tuple[list[list[Any]], list[str]]:
    """Return (header and one row per run, messages on damaged records)."""
    rows: list[list[Any]] = [["name", "status", "recipe", "metric", "value", "created"]]
    damaged: list[str] = []
    for run in run_folder.all_runs(experiments):
        try:
            record = run_status.read_record(run)
        except UserError as error:
            damaged.append(str(error))
            continue
        plugins = record.get("plugins", {})
        recipe = " ".join(
            str(plugins[kind]["name"]) for kind in ("dataset", "encoder", "masking") if kind in plugins
        )
        metric = record.get("headline")
        value = record["metrics"].get(metric) if metric else None
        rows.append([run.name, record["status"], recipe, metric, value, record.get("created")])
    return rows, damaged


def compare_summary(result: dict[str, Any]) -> str:
    """Return two tables: settings that differ, metrics that differ."""
    parts = []
    for title in ("settings", "metrics"):
        rows = [[key, *(_inline(value) for value in values)] for key, values in result[title].items()]
        parts.append(table([[title, *result["runs"]], *rows]) if rows else f"{title}: no difference")
    return "\n\n".join(parts)


FORMATS = (".png", ".svg", ".pdf")


def loss_plot(folder: RunFolder, output: Path) -> None:
    """Draw train and held-out loss by epoch of a run into `output`: PNG, SVG or PDF by its suffix.

    Raises UserError for another suffix, a run without epochs, and if matplotlib is not installed.
    """
    kind = output.suffix.lower()
    if kind not in FORMATS:
        raise UserError(f"{output}: plots are written as {', '.join(FORMATS)}, not as '{output.suffix}'")
    lines = [line for _, line in read_jsonl(folder.metrics)] if folder.metrics.exists() else []
    if not lines:
        raise UserError(f"run '{folder.name}' has no finished epoch yet; there is no loss to draw")
    try:
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator
    except ImportError:
        raise UserError("a plot needs matplotlib: pip install -e '.[plot]'") from None
    epochs = [line["epoch"] for line in lines]
    best = min(lines, key=lambda line: float(line["val_loss"]))
    # Not pyplot: it would look for a display and keep the figure alive.
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(epochs, [line["train_loss"] for line in lines], "--", color="#b25a00", label="train")
    axes.plot(epochs, [line["val_loss"] for line in lines], color="#1b5dbd", label="held out")
    axes.plot(
        [best["epoch"]],
        [best["val_loss"]],
        "o",
        color="#1b5dbd",
        markerfacecolor="white",
        label=f"best: epoch {best['epoch']}, {best['val_loss']:.4g}",
    )
    axes.set(title=folder.name, xlabel="epoch", ylabel="loss")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    file = io.BytesIO()
    figure.savefig(file, format=kind[1:], dpi=150)
    write_atomic(output, file.getvalue())
