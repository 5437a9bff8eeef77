"""Measures on masked frames, by the visible share of each object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import Comparison
from jepamine.manim.layout_model.evaluation.measures import of_objects

#: "visible": at least half of the box's area is in visible patches; "hidden": none of it.
SEEN = ("visible", "partly", "hidden")


def by_seen(comparison: Comparison, resampled: Resampled) -> dict[str, Any]:
    """Return `of_objects` by the visible share of an object's box, and the mean of that share."""
    return {name: _band(comparison, resampled, rows) for name, rows in _bands(comparison).items()}


def by_seen_and_family(
    comparison: Comparison, resampled: Resampled, families: Sequence[str]
) -> dict[str, Any]:
    """Return `by_seen` for each family: `{family: {band: ...}}`; `families` has one name per scene."""
    names = np.array(families)[comparison.objects["scene"]]
    return {
        family: {
            name: _band(comparison, resampled, rows & (names == family))
            for name, rows in _bands(comparison).items()
        }
        for family in sorted(set(families))
    }


def _bands(comparison: Comparison) -> dict[str, NDArray[np.bool_]]:
    seen = comparison.objects["seen"]
    return {"visible": seen >= 0.5, "partly": (seen > 0) & (seen < 0.5), "hidden": seen == 0}


def _band(comparison: Comparison, resampled: Resampled, rows: NDArray[np.bool_]) -> dict[str, Any]:
    seen = comparison.objects["seen"][rows]
    return of_objects(comparison, resampled, rows) | {
        "mean_seen_share": float(seen.mean()) if len(seen) else None
    }
