"""Graphs of functions on axes: the ranges of axes, domains, poles (asymptotes) and boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item, Reading
from jepamine.manim.text.typed_formulas import values


@dataclass(frozen=True)
class Scale:
    """The ranges of axes and the distance of their ticks."""

    x: tuple[float, float, float]
    y: tuple[float, float, float]


def scale_of(reading: Reading, axes: int) -> Scale:
    """Return the ranges of axes: those given, and what the functions and points on them need."""
    graphs = [item for item in reading.items if item.measure("axes") == axes]
    own = reading.items[axes].measure("range")
    ranges = [item.measure("range") for item in graphs if item.measure("range")]
    low, high = own or (min((a for a, _ in ranges), default=-4.0), max((b for _, b in ranges), default=4.0))
    tops = [_span(item, (low, high)) for item in graphs]
    bottom, top = min((a for a, _ in tops), default=-3.0), max((b for _, b in tops), default=3.0)
    for x, y in points_on(reading, axes):
        low, high, bottom, top = min(low, x), max(high, x), min(bottom, y), max(top, y)
    return Scale(_rounded(low, high, exact=True), _rounded(min(bottom, 0.0), max(top, 0.0), exact=False))


def points_on(reading: Reading, axes: int) -> list[tuple[float, float]]:
    """Return the points on axes that objects have, or move to."""
    parts = [item.measure("part") or (None, "", ()) for item in reading.items]
    moves = [event.value for event in reading.events if event.verb == "move"]
    own = [points for owner, name, points in parts if (owner, name) == (axes, "coordinates")]
    goals = [value[1] for what, value in moves if what == "coordinates" and value[0] == axes]
    return [*(point for points in own for point in points), *goals]


def on_scale(reading: Reading, axes: int, box: Object, point: tuple[float, float]) -> tuple[float, float]:
    """Return where a point on axes is in the frame, in units."""
    scale = scale_of(reading, axes)
    (left, right, _), (low, high, _) = scale.x, scale.y
    return (
        box.x + box.width * ((point[0] - left) / (right - left) - 0.5),
        box.y + box.height * ((point[1] - low) / (high - low) - 0.5),
    )


def domain_of(reading: Reading, graph: int) -> tuple[float, float]:
    """Return the range of x over which a graph is drawn: where it is inside its axes."""
    item = reading.items[graph]
    scale = scale_of(reading, item.measure("axes"))
    low, high = item.measure("range") or scale.x[:2]
    x = np.linspace(low, high, 401)
    y = values(item.measure("function"), x)
    inside = x[(y >= scale.y[0] - 1e-9) & (y <= scale.y[1] + 1e-9)]
    return (round(float(inside[0]), 2), round(float(inside[-1]), 2)) if len(inside) > 1 else (low, high)


def poles_of(reading: Reading, graph: int) -> list[float]:
    """Return where a function leaps from one end of its axes to the other, to a hundredth."""
    item = reading.items[graph]
    low, high = domain_of(reading, graph)
    x = np.linspace(low, high, 2001)
    y = values(item.measure("function"), x)
    high_y = float(scale_of(reading, item.measure("axes")).y[1])
    leaps = (np.abs(np.diff(y)) > high_y) & (np.sign(y[1:]) != np.sign(y[:-1]))
    middles = (x[1:] + x[:-1]) / 2
    return sorted({round(float(value), 2) + 0.0 for value in (*middles[leaps], *x[np.isnan(y)])})[:8]


def gap_at(reading: Reading, graph: int, poles: list[float]) -> float:
    """Return how far from its poles a graph leaves its axes, to a hundredth."""
    item = reading.items[graph]
    scale = scale_of(reading, item.measure("axes"))
    x = np.linspace(*domain_of(reading, graph), 4001)
    y = values(item.measure("function"), x)
    out = x[~((y >= scale.y[0]) & (y <= scale.y[1]))]
    nearest = [min(abs(value - pole) for pole in poles) for value in out]
    return float(np.ceil(100 * max(nearest, default=0.01)) / 100)


def graph_box(reading: Reading, graph: int, axes: Object) -> tuple[float, float, float, float]:
    """Return the box of a graph on axes."""
    item = reading.items[graph]
    scale = scale_of(reading, item.measure("axes"))
    low, high = domain_of(reading, graph)
    y = values(item.measure("function"), np.linspace(low, high, 401))
    y = y[(y >= scale.y[0] - 1e-9) & (y <= scale.y[1] + 1e-9)]
    bottom, top = (float(y.min()), float(y.max())) if len(y) else (0.0, 0.0)
    across, along = axes.width / (scale.x[1] - scale.x[0]), axes.height / (scale.y[1] - scale.y[0])
    left = axes.x - axes.width / 2 + (low - scale.x[0]) * across
    under = axes.y - axes.height / 2 + (bottom - scale.y[0]) * along
    width, height = (high - low) * across, (top - bottom) * along
    return left + width / 2, under + height / 2, width, height


def _span(item: Item, around: tuple[float, float]) -> tuple[float, float]:
    """Return the least and greatest value of a function, without what goes to infinity."""
    low, high = item.measure("range") or around
    y = values(item.measure("function"), np.linspace(low, high, 401))
    y = y[np.isfinite(y)]
    if not len(y):
        return -3.0, 3.0
    # A pole takes few of the points, and would flatten all the rest.
    middle = max(float(np.quantile(np.abs(y), 0.75)), 0.5)
    return max(float(y.min()), -8 * middle), min(float(y.max()), 8 * middle)


def _rounded(low: float, high: float, *, exact: bool) -> tuple[float, float, float]:
    step = _step(high - low)
    if exact:
        return low, high, step
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step), step


def _step(length: float) -> float:
    for step in (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0):
        if length / step <= 12:
            return step
    return float(10 ** np.ceil(np.log10(length / 10)))
