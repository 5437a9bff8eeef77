"""Whether the source of a clip alone predicts its label, and what is left of each scorer within a source.

If all rare clips come from one dataset, a scorer that merely tells datasets apart looks excellent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.statistics import metrics as weighted

FLAGGED_FROM = 0.9


def audit(
    scores: Mapping[str, NDArray[np.float64]],
    labels: NDArray[np.int64],
    scenes: Sequence[str],
    sources: Mapping[str, Sequence[str | None]],
) -> dict[str, Any]:
    """For each field of `sources` with at least two values, over the clips whose value is known (not None):

    {"auroc": of the source alone, "flagged": it is at least 0.9, "unknown": clips without a value,
    "sources": {value: {"clips", "positives"}},
    "within": {scorer: {"auroc": mean over sources weighted by their clips, "clips": how many these are,
    "sources": {value: {"average_precision", "auroc"}}}}}

    "within" covers the sources that hold both labels. An "auroc" is None where the clips do not hold both
    labels. Scores, labels, scenes and each field are of the same length (n,).
    """
    numbers = {name: number for number, name in enumerate(sorted(set(scenes)))}
    scene_of = np.array([numbers[name] for name in scenes], dtype=np.int64)
    result: dict[str, Any] = {}
    for field, values in sources.items():
        names = sorted({value for value in values if value is not None})
        if len(names) < 2:
            continue
        indices = {name: number for number, name in enumerate(names)}
        source_of = np.array([-1 if value is None else indices[value] for value in values], dtype=np.int64)
        known = source_of >= 0
        auroc = source_auroc(source_of[known], scene_of[known], labels[known])
        members = {name: source_of == number for name, number in indices.items()}
        result[field] = {
            "auroc": auroc,
            "flagged": auroc is not None and auroc >= FLAGGED_FROM,
            "unknown": int((~known).sum()),
            "sources": {
                name: {"clips": int(chosen.sum()), "positives": int(labels[chosen].sum())}
                for name, chosen in members.items()
            },
            "within": {scorer: _within(found, labels, members) for scorer, found in scores.items()},
        }
    return result


def source_auroc(
    source_of: NDArray[np.int64], scene_of: NDArray[np.int64], labels: NDArray[np.int64]
) -> float | None:
    """AUROC of "how often clips of this source are positive"; int64 (n,) each; None without both labels.

    Leave-pair-out: for each pair of a positive and a negative clip the two sources' rates of positives are
    compared, counted without the pair's own scenes, or, for a source within a single scene, without its clip
    of the pair. Rates are smoothed by one clip of the overall rate, which is also the rate of a source with
    nothing left. A pair of one source is a tie. As no rate counts a label of the pair, swapping its two
    labels swaps the outcome: labels that the source says nothing about give 0.5 on average, exactly, where
    rates that leave out one clip at a time give much less (within a source the positive has the lower rate).
    Labels that are spread over the sources more evenly than by chance give less than 0.5.
    """
    clips, positives = len(labels), int(labels.sum())
    if positives in (0, clips):
        return None
    cells, cell_of = np.unique(np.stack([source_of, scene_of]), axis=1, return_inverse=True)
    source, scene = cells
    hits = np.bincount(cell_of.reshape(-1), weights=labels, minlength=len(source)).astype(np.int64)
    sizes = np.bincount(cell_of.reshape(-1), minlength=len(source))
    source_hits = np.bincount(source, weights=hits).astype(np.int64)
    source_sizes = np.bincount(source, weights=sizes).astype(np.int64)
    spread = np.bincount(source) > 1
    # What a negative clip's source keeps without the clip's own scene, or without the clip.
    lower_hits = source_hits[source] - np.where(spread[source], hits, 0)
    lower_sizes = source_sizes[source] - np.where(spread[source], sizes, 1)

    in_order = 0.0
    for one in np.flatnonzero(hits):
        other_scene = scene != scene[one]
        upper_hits = source_hits[source[one]] - (hits[one] if spread[source[one]] else 1)
        upper_sizes = source_sizes[source[one]] - (sizes[one] if spread[source[one]] else 1)
        shared = other_scene & spread[source[one]]
        own = source == source[one]
        left_hits = upper_hits - shared * _spread_out(scene, scene[own], hits[own])
        left_sizes = upper_sizes - shared * _spread_out(scene, scene[own], sizes[own])
        crossed = other_scene & spread[source]
        here = scene == scene[one]
        right_hits = lower_hits - crossed * _spread_out(source, source[here], hits[here])
        right_sizes = lower_sizes - crossed * _spread_out(source, source[here], sizes[here])
        # (hits + positives / clips) / (size + 1), compared in whole numbers so that equal rates are ties.
        left = (left_hits * clips + positives) * (right_sizes + 1)
        right = (right_hits * clips + positives) * (left_sizes + 1)
        outcome = np.where(own, 0.5, (np.sign(left - right) + 1) / 2)
        in_order += float(hits[one] * (outcome * (sizes - hits)).sum())
    return in_order / (positives * (clips - positives))


def _spread_out(
    keys: NDArray[np.int64], places: NDArray[np.int64], values: NDArray[np.int64]
) -> NDArray[np.int64]:
    """`values`, which stand at `places`, looked up by `keys`; 0 where nothing stands."""
    table = np.zeros(int(keys.max()) + 1, dtype=np.int64)
    table[places] = values
    return table[keys]


def _within(
    scores: NDArray[np.float64], labels: NDArray[np.int64], members: Mapping[str, NDArray[np.bool_]]
) -> dict[str, Any]:
    found: dict[str, dict[str, float]] = {}
    clips, summed = 0, 0.0
    for name, chosen in members.items():
        size, positives = int(chosen.sum()), int(labels[chosen].sum())
        if positives in (0, size):
            continue
        ranked = weighted.cumulate(scores[chosen], labels[chosen])
        area = float(weighted.auroc(ranked)[0])
        found[name] = {"average_precision": float(weighted.average_precision(ranked)[0]), "auroc": area}
        clips += size
        summed += size * area
    return {"auroc": summed / clips if clips else None, "clips": clips, "sources": found}
