"""The eval output of the layout task, and its text for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.masked import SEEN, by_seen, by_seen_and_family
from jepamine.manim.layout_model.evaluation.matching import judge
from jepamine.manim.layout_model.evaluation.measures import (
    MEANINGS,
    by_family,
    by_type,
    by_visibility,
    measures,
)
from jepamine.manim.layouts import Layout
from jepamine.utils.tables import cell, table

COLUMNS = ("mean_iou", "recall", "type_accuracy", "within_half_unit")


def report(
    true: Sequence[Layout],
    families: Sequence[str],
    clean: Sequence[Layout],
    masked: Sequence[Layout],
    hidden: Sequence[NDArray[np.bool_]],
) -> dict[str, Any]:
    """Return all measures of the predictions for clean and for masked frames; one entry per scene.

    Every measure is `{"value", "interval": [low, high]}`, the interval a 95 % bootstrap over scenes.
    """
    resampled = Resampled(len(true))
    seen, under = judge(true, clean), judge(true, masked, hidden)
    return {
        "scenes": len(true),
        "objects": len(seen.objects),
        "clean": {
            "measures": measures(seen, resampled),
            "by_type": by_type(seen, resampled),
            "by_family": by_family(seen, resampled, families),
            "by_visibility": by_visibility(seen, resampled),
        },
        "masked": {
            "hidden_patches": float(np.mean([mask.mean() for mask in hidden])),
            "measures": measures(under, resampled),
            "by_seen": by_seen(under, resampled),
            "by_seen_and_family": by_seen_and_family(under, resampled, families),
        },
    }


def describe(result: Mapping[str, Any]) -> str:
    """Format the result of `report` as tables."""
    clean, masked = result["clean"], result["masked"]
    overall = [
        [
            name,
            interval_text(clean["measures"][name]),
            interval_text(masked["measures"][name]),
            meaning,
        ]
        for name, meaning in MEANINGS.items()
    ]
    share = f"{masked['hidden_patches']:.0%} of patches hidden"
    parts = [
        f"{result['scenes']} scenes, {result['objects']} objects",
        table([["measure", "nothing hidden", share, "what it means"], *overall]),
    ]
    for title, groups in (("type", clean["by_type"]), ("visible", clean["by_visibility"])):
        parts.append(
            table([[title, "objects", *COLUMNS], *([name, *_row(row)] for name, row in groups.items())])
        )
    head = ("mean_iou", "f1", "type_accuracy", "within_half_unit", "relations")
    families = clean["by_family"].items()
    parts.append(
        table(
            [["family", "scenes", *head]]
            + [[name, row["scenes"], *(interval_text(row[key]) for key in head)] for name, row in families]
        )
    )
    rows = [[f"all, {band}", *_row(masked["by_seen"][band])] for band in SEEN]
    for family, bands in masked["by_seen_and_family"].items():
        rows += [[f"{family}, {band}", *_row(bands[band])] for band in SEEN]
    parts.append(
        f"With {share} an object is visible (half of its box or more is seen), partly so, or hidden:\n"
        + table([["objects of", "objects", *COLUMNS], *rows])
    )
    return "\n\n".join(parts)


def interval_text(measure: Mapping[str, Any]) -> str:
    """Format a measure for a table: value [low, high]."""
    if measure["value"] is None:
        return "-"
    spread = measure["interval"]
    return f"{measure['value']:.3f}" + (f" [{spread[0]:.3f}, {spread[1]:.3f}]" if spread else "")


def _row(group: Mapping[str, Any]) -> list[Any]:
    return [cell(group["objects"]), *(interval_text(group[name]) for name in COLUMNS)]
