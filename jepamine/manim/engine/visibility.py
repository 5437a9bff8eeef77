"""The order in which the camera paints, and how much of each object stays visible after that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.engine.engine import Engine
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Box


@dataclass(frozen=True)
class Run:
    """Parts of one object, number `owner`, that are painted one after another."""

    owner: int
    parts: list[Any]


def runs_of(camera: Any, shown: Sequence[Any], mobjects: Sequence[Any]) -> list[Run]:
    """Return in which order `mobjects`, parts of what a scene shows, are painted.

    An object whose parts have several z_index may be painted in several runs, with others between them.
    """
    owners: dict[int, int] = {}
    for number, mobject in enumerate(mobjects):
        for part in mobject.get_family():
            owners.setdefault(id(part), number)
    runs: list[Run] = []
    for part in camera.get_mobjects_to_display(list(shown)):
        owner = owners.get(id(part))
        if owner is None:
            continue
        if not runs or runs[-1].owner != owner:
            runs.append(Run(owner, []))
        runs[-1].parts.append(part)
    return runs


def paint_of(camera: Any, parts: Sequence[Any]) -> NDArray[np.float32]:
    """Return what `parts` alone cover of each pixel, 0 to 1: float32 (H, W)."""
    camera.set_frame_to_background(np.zeros_like(camera.pixel_array))
    camera.capture_mobjects(list(parts), include_submobjects=False)
    covered: NDArray[np.float32] = camera.pixel_array[..., 3].astype(np.float32) / 255
    return covered


# The smallest share of a pixel's paint that counts for the box of the visible part.
LIT = 0.1


def visibility(engine: Engine, mobjects: Sequence[Any]) -> list[tuple[float, Box | None]]:
    """Return for each object, in drawing order: (visible share of its own paint, box of the visible part).

    The box is None if all of the object is visible, or nothing.
    """
    return visible_shares([engine.coverage(mobject) for mobject in mobjects])


def visible_shares(
    coverages: Sequence[NDArray[np.float32]],
    size: tuple[float, float] = (FRAME_WIDTH, FRAME_HEIGHT),
    owners: Sequence[int] | None = None,
) -> list[tuple[float, Box | None]]:
    """Compute `visibility` from what is painted on each pixel, in order, 0 to 1: float32 (H, W).

    `size` is that of the frame in units. Paint over paint: what remains of a pixel is the product of what
    all later objects let through. `owners` are the numbers of the objects painted, from 0, where one is
    painted in several runs; by default each is painted once.
    """
    if not coverages:
        return []
    owners = range(len(coverages)) if owners is None else owners
    runs: dict[int, list[int]] = {}
    for place, owner in enumerate(owners):
        runs.setdefault(owner, []).append(place)
    results: list[tuple[float, Box | None]] = []
    through = np.ones_like(coverages[0])
    # What lies over each run, without the object's own: from the last run to the first.
    over: dict[int, NDArray[np.float32]] = {}
    for place in reversed(range(len(coverages))):
        own = [other for other in runs[owners[place]] if other > place]
        over[place] = through if not own else _through(coverages, place, owners)
        through = through * (1 - coverages[place])
    for owner in sorted(runs):
        covered = 1 - np.prod([1 - coverages[place] for place in runs[owner]], axis=0)
        left = 1 - np.prod([1 - coverages[place] * over[place] for place in runs[owner]], axis=0)
        total = float(covered.sum())
        # Paint too thin for a single grey level is not hidden by anything.
        share = float(left.sum()) / total if total else 1.0
        # Antialiased edges that touch take a little from one another; that hides nothing.
        results.append((1.0, None) if share > 0.995 else (round(share, 4), _box(left, covered, size)))
    return results


def _through(
    coverages: Sequence[NDArray[np.float32]], place: int, owners: Sequence[int]
) -> NDArray[np.float32]:
    """Return what all runs of other objects after run number `place` let through."""
    through = np.ones_like(coverages[place])
    for later in range(place + 1, len(coverages)):
        if owners[later] != owners[place]:
            through = through * (1 - coverages[later])
    return through


def _box(left: NDArray[np.float32], covered: NDArray[np.float32], size: tuple[float, float]) -> Box | None:
    seen = left > LIT * covered.max()
    if not seen.any():
        return None
    height, width = left.shape
    across, down = np.flatnonzero(seen.any(axis=0)), np.flatnonzero(seen.any(axis=1))
    right, bottom = (across[-1] + 1) / width, (down[-1] + 1) / height
    x, y = across[0] / width, down[0] / height
    return (
        float((x + right) / 2 - 0.5) * size[0],
        float(0.5 - (y + bottom) / 2) * size[1],
        float(right - x) * size[0],
        float(bottom - y) * size[1],
    )
