"""Objects whose places follow from others: graphs on axes, and what an object turns into."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.functions import values
from jepamine.manim.text.reading import Group, Item, Reading, Ref
from jepamine.manim.text.solve.sizes import size_of

#: How far axes reach in each direction if nothing else is given.
USUAL_RANGE = (-4.0, 4.0)


@dataclass(frozen=True)
class Scale:
    """The ranges of axes and the distance of their ticks."""

    x: tuple[float, float, float]
    y: tuple[float, float, float]


def sources(reading: Reading) -> dict[int, int]:
    """Return item -> the item that decides its place."""
    found = {
        place: item.measure("axes")
        for place, item in enumerate(reading.items)
        if item.measure("axes") is not None
    }
    for event in reading.events:
        if event.verb == "transform":
            found |= {
                target: source
                for target, source in zip(event.other, event.subject, strict=False)
                if target >= event.seen and target not in found
            }
    return found


def without(reading: Reading, left_out: set[int]) -> tuple[Reading, list[int]]:
    """Return a reading without some items, and the kept ones."""
    kept = [place for place in range(len(reading.items)) if place not in left_out]
    number = {place: new for new, place in enumerate(kept)}

    def there(ref: Ref) -> Ref:
        return tuple(number[place] for place in ref if place in number)

    return (
        replace(
            reading,
            items=tuple(reading.items[place] for place in kept),
            groups=tuple(
                Group(group.rows, group.columns, there(group.members))
                for group in reading.groups
                if not left_out & set(group.members)
            ),
            relations=tuple(
                replace(one, subject=there(one.subject), other=there(one.other))
                for one in reading.relations
                if there(one.subject) and there(one.other)
            ),
            places=tuple(
                replace(one, subject=there(one.subject)) for one in reading.places if there(one.subject)
            ),
        ),
        kept,
    )


def with_derived(reading: Reading, layout: Layout, kept: list[int], origins: dict[int, int]) -> Layout:
    """Return the layout of all items, from that of the kept ones."""
    objects: dict[int, Object] = dict(zip(kept, layout.objects, strict=True))
    z = len(kept)
    for place in sorted(origins, key=lambda place: (origins[place] in origins, place)):
        item, source = reading.items[place], objects[origins[place]]
        if item.measure("axes") is not None:
            box = graph_box(reading, place, source)
        else:
            size = size_of(item)
            box = (source.x, source.y, size.width + size.fixed_width, size.height + size.fixed_height)
        x, y, width, height = (round(side, 2) for side in box)
        objects[place] = Object(
            type=item.type, x=x, y=y, z=z, width=width, height=height, text=item.text,
            color=item.color or (source.color if item.measure("axes") is None else None),
        )  # fmt: skip
        z += 1
    return Layout(tuple(objects[place] for place in range(len(reading.items))))


def scale_of(reading: Reading, axes: int) -> Scale:
    """Return the ranges of axes: those given, and what the functions drawn on them need."""
    graphs = [item for item in reading.items if item.measure("axes") == axes]
    own = reading.items[axes].measure("range")
    ranges = [item.measure("range") for item in graphs if item.measure("range")]
    low, high = own or (min((a for a, _ in ranges), default=-4.0), max((b for _, b in ranges), default=4.0))
    tops = [_span(item, (low, high)) for item in graphs]
    bottom, top = min((a for a, _ in tops), default=-3.0), max((b for _, b in tops), default=3.0)
    return Scale(_rounded(low, high, exact=True), _rounded(min(bottom, 0.0), max(top, 0.0), exact=False))


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
