"""The page's plots as inline SVG; colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from jepamine.utils.printing import cell

WIDTH, HEIGHT = 420, 190
LEFT, RIGHT, TOP, BOTTOM = 52, 62, 12, 26
BINS = 40
BAR_HEIGHT = 24


def loss_curve(epochs: Sequence[Mapping[str, Any]]) -> Markup:
    """Plot train and held-out loss by epoch, from the lines of metrics.jsonl; empty without lines."""
    series = {
        name: [(line["epoch"], line[key]) for line in epochs if isinstance(line.get(key), (int, float))]
        for name, key in (("train", "train_loss"), ("held out", "val_loss"))
    }
    series = {name: points for name, points in series.items() if points}
    if not series:
        return Markup("")
    everything = [point for points in series.values() for point in points]
    last = max(epoch for epoch, _ in everything)
    lowest, highest = min(loss for _, loss in everything), max(loss for _, loss in everything)
    x = _scale(min(epoch for epoch, _ in everything), last, LEFT, WIDTH - RIGHT)
    y = _scale(lowest, highest, HEIGHT - BOTTOM, TOP)
    parts = [_grid(lowest, highest, y), _words(x(last), HEIGHT - 6, f"epoch {last}", "end")]
    ends = []
    for name, points in series.items():
        line = " ".join(f"{x(epoch):.1f},{y(loss):.1f}" for epoch, loss in points)
        kind = "train" if name == "train" else "held"
        parts.append(Markup('<polyline class="{}" points="{}"/>').format(kind, line))
        ends.append([y(points[-1][1]), name, kind])
    ends.sort()
    # Two labels must not overlap.
    if len(ends) == 2 and ends[1][0] - ends[0][0] < 14:
        middle = (ends[0][0] + ends[1][0]) / 2
        ends[0][0], ends[1][0] = middle - 7, middle + 7
    parts += [_words(WIDTH - RIGHT + 6, height + 4, name, kind=kind) for height, name, kind in ends]
    caption = f"Loss by epoch, {last} epochs."
    if "held out" in series:
        epoch, loss = min(series["held out"], key=lambda point: point[1])
        parts.append(
            Markup('<circle class="held" cx="{:.1f}" cy="{:.1f}" r="3.5"/>').format(x(epoch), y(loss))
        )
        caption += f" The held-out loss is lowest in epoch {epoch}: {cell(float(loss))}."
    return _svg(WIDTH, HEIGHT, parts, caption)


def histogram(scores: Sequence[float] | NDArray[np.float64], shown: Sequence[float]) -> Markup:
    """Plot the distribution of all scores, with marks below the axis for the shown clips."""
    if not len(scores):
        return Markup("")
    values = np.asarray(scores)
    lowest, highest = float(values.min()), float(values.max())
    shares = (values - lowest) / (highest - lowest) if highest > lowest else np.full(len(values), 0.5)
    bins = np.minimum((shares * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(bins, minlength=BINS).tolist()
    left, right, floor = 40, 12, HEIGHT - BOTTOM - 14
    x = _scale(lowest, highest, left, WIDTH - right)
    step = (WIDTH - right - left) / BINS
    tall = max(counts)
    parts = [
        _words(left - 6, TOP + 4, str(tall), "end"),
        _words(left - 6, floor, "0", "end"),
        Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
            left, WIDTH - right, floor, floor
        ),
    ]
    for number, count in enumerate(counts):
        if count:
            # A single clip must be visible, too.
            height = max(count / tall * (floor - TOP), 1.5)
            parts.append(
                Markup('<rect class="column" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                    left + number * step + 0.5, floor - height, step - 1, height
                )
            )
    ticks = " ".join(f"M{x(score):.1f} {floor + 3}v10" for score in sorted(shown))
    parts += [
        Markup('<path class="rug" d="{}"/>').format(ticks),
        _words(left, HEIGHT - 6, _bound(lowest, highest - lowest)),
        _words(WIDTH - right, HEIGHT - 6, _bound(highest, highest - lowest), "end"),
    ]
    caption = f"{len(scores)} scores from {cell(float(lowest))} to {cell(float(highest))}."
    if shown:
        caption += f" The clips of this page: from {cell(float(min(shown)))} to {cell(float(max(shown)))}."
    return _svg(WIDTH, HEIGHT, parts, caption)


def bars(scores: Sequence[float], lowest: float, highest: float) -> Markup:
    """Plot the scores of tubelets as bars as wide as their cell; empty for none.

    `lowest` and `highest` are the values of an empty and a full bar, the same for all clips of a page.
    """
    if not scores:
        return Markup("")
    y = _scale(lowest, highest, BAR_HEIGHT - 1, 0)
    path = "".join(
        f"M{number}.04 {BAR_HEIGHT}V{y(score):.1f}h.92V{BAR_HEIGHT}z" for number, score in enumerate(scores)
    )
    return Markup(
        '<svg class="bars" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<path d="{}"/></svg>'
    ).format(len(scores), BAR_HEIGHT, path)


def _scale(low: float, high: float, start: float, end: float) -> Any:
    """Map values to positions between `start` and `end`; the middle if all values are the same."""

    def place(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return start + min(max(share, 0.0), 1.0) * (end - start)

    return place


def _round_values(low: float, high: float) -> list[float]:
    """Return two to five values spaced by one digit or a half (0.5, 1, 2), between `low` and `high`."""
    if not high - low > 1e-300:  # of denormal numbers there is no tenth
        return [low]
    power = 10 ** math.floor(math.log10((high - low) / 2))
    step = next(power * factor for factor in (5, 2, 1, 0.5) if (high - low) / (power * factor) >= 2)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _grid(low: float, high: float, y: Any) -> Markup:
    return Markup("").join(
        Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>{}').format(
            LEFT, WIDTH - RIGHT, y(value), y(value), _words(LEFT - 6, y(value) + 4, f"{value:.4g}", "end")
        )
        for value in _round_values(low, high)
    )


def _bound(value: float, span: float) -> str:
    """Format an end of an axis; a value negligible beside its length is 0."""
    return cell(float(value)) if abs(value) > span * 1e-9 else "0"


def _words(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, text
    )


def _svg(width: int, height: int, parts: Sequence[Markup], caption: str) -> Markup:
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        width, height, caption, Markup("").join(parts)
    )
