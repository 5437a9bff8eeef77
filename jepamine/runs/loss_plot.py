"""Draw a run's loss curves into a file."""

from __future__ import annotations

import io
from pathlib import Path

from jepamine.errors import UserError
from jepamine.runs.run_folder import RunFolder
from jepamine.utils.files import read_jsonl, write_atomic

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
