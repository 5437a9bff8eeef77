"""The output of `eval` for layouts, as JSON and as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.matching import compare
from jepamine.manim.layout_model.evaluation.measures import (
    MEANINGS,
    SEEN,
    Resampled,
    by_family,
    by_seen,
    by_seen_and_family,
    by_type,
    by_visibility,
    measures,
)
from jepamine.manim.layouts import LIMIT, Layout
from jepamine.utils.printing import cell, table

HEAD = ("mean_iou", "f1", "type_accuracy", "within_half_unit", "relations")
EXTRA = ("false_positives", "calibration_error")
COLUMNS = ("mean_iou", "recall", "type_accuracy", "within_half_unit")


def report(
    true: Sequence[Layout],
    families: Sequence[str],
    clean: Sequence[Layout],
    masked: Sequence[Layout],
    hidden: Sequence[NDArray[np.bool_]],
    limit: int = LIMIT,
) -> dict[str, Any]:
    """Return all measures of the predictions for clean and masked frames; arguments have one entry per scene.

    Of each scene the `limit` largest objects are expected. Each measure is `{"value", "interval": [low,
    high]}` with a 95 % bootstrap interval over scenes.
    """
    resampled = Resampled(len(true))
    on_clean, on_masked = compare(true, clean, None, limit), compare(true, masked, hidden, limit)
    return {
        "scenes": len(true),
        "objects": len(on_clean.objects["scene"]),
        "clean": {
            "measures": measures(on_clean, resampled),
            "by_type": by_type(on_clean, resampled),
            "by_family": by_family(on_clean, resampled, families),
            "by_visibility": by_visibility(on_clean, resampled),
        },
        "masked": {
            "hidden_patches": float(np.mean([mask.mean() for mask in hidden])),
            "measures": measures(on_masked, resampled),
            "by_seen": by_seen(on_masked, resampled),
            "by_seen_and_family": by_seen_and_family(on_masked, resampled, families),
        },
    }


def describe(result: Mapping[str, Any]) -> str:
    """Format the result of `report` as tables."""
    clean, masked = result["clean"], result["masked"]
    overall = [
        [name, format_measure(clean["measures"][name]), format_measure(masked["measures"][name]), meaning]
        for name, meaning in MEANINGS.items()
    ]
    share = f"{masked['hidden_patches']:.0%} of patches hidden"
    copies = result.get("under_copies", 0)
    left_out = f"; left out: {copies} that lie under a copy of theirs" if copies else ""
    parts = [
        f"{result['scenes']} scenes, {result['objects']} objects{left_out}",
        table([["measure", "nothing hidden", share, "meaning"], *overall]),
    ]
    for title, groups in (("type", clean["by_type"]), ("visible", clean["by_visibility"])):
        parts.append(
            table([[title, "objects", *COLUMNS], *([name, *_row(row)] for name, row in groups.items())])
        )
    families = clean["by_family"].items()
    parts.append(
        table(
            [["family", "scenes", *HEAD]]
            + [[name, row["scenes"], *(format_measure(row[key]) for key in HEAD)] for name, row in families]
        )
    )
    rows = [[f"all, {band}", *_row(masked["by_seen"][band])] for band in SEEN]
    for family, bands in masked["by_seen_and_family"].items():
        rows += [[f"{family}, {band}", *_row(bands[band])] for band in SEEN]
    parts.append(
        f"With {share} objects are visible (at least half of the box), partly visible, or hidden:\n"
        + table([["objects of", "objects", *COLUMNS], *rows])
    )
    for unseen in result.get("unseen_families", ()):
        rows = [[name, format_measure(unseen["measures"][name])] for name in (*HEAD, *EXTRA)]
        parts.append(
            f"Not trained on: {unseen['scenes']} scenes of the family '{unseen['family']}'\n"
            + table([["measure", "nothing hidden"], *rows])
        )
    return "\n\n".join(parts)


def format_measure(measure: Mapping[str, Any]) -> str:
    """Format a measure as value [low, high]."""
    if measure["value"] is None:
        return "-"
    spread = measure["interval"]
    return f"{measure['value']:.3f}" + (f" [{spread[0]:.3f}, {spread[1]:.3f}]" if spread else "")


def _row(group: Mapping[str, Any]) -> list[Any]:
    return [cell(group["objects"]), *(format_measure(group[name]) for name in COLUMNS)]
