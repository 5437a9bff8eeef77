"""The order in which Manim's camera paints: by the z_index of every part, across groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


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
