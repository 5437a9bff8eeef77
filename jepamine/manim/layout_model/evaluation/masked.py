"""Measure partly hidden frames by how much of an object was visible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import Judged
from jepamine.manim.layout_model.evaluation.measures import of_objects

#: "visible": at least half of the box's area is in visible patches. "hidden": none of it is.
SEEN = ("visible", "partly", "hidden")


def by_seen(judged: Judged, resampled: Resampled) -> dict[str, Any]:
    """Return `of_objects` by the share of an object's box in visible patches, and the mean of that share."""
    return {name: _band(judged, resampled, rows) for name, rows in _bands(judged).items()}


def by_seen_and_family(judged: Judged, resampled: Resampled, families: Sequence[str]) -> dict[str, Any]:
    """Return `by_seen` by family: `{family: {band: ...}}`; `families` has one name per scene."""
    names = np.array(families)[judged.objects["scene"]]
    return {
        family: {
            name: _band(judged, resampled, rows & (names == family)) for name, rows in _bands(judged).items()
        }
        for family in sorted(set(families))
    }


def _bands(judged: Judged) -> dict[str, NDArray[np.bool_]]:
    seen = judged.objects["seen"]
    return {"visible": seen >= 0.5, "partly": (seen > 0) & (seen < 0.5), "hidden": seen == 0}


def _band(judged: Judged, resampled: Resampled, rows: NDArray[np.bool_]) -> dict[str, Any]:
    seen = judged.objects["seen"][rows]
    return of_objects(judged, resampled, rows) | {
        "mean_seen_share": float(seen.mean()) if len(seen) else None
    }
