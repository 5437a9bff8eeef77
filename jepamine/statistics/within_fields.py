"""Each scorer's AUROC within the values of a field, such as within each dataset, and its permutation p."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from jepamine.statistics.permutation import (
    Places,
    observed,
    permutations_for,
    swapped_labels,
    tail,
    tracks,
)
from jepamine.statistics.scene_auroc import Floats, Ints


@dataclass(frozen=True)
class Within:
    """A scorer's AUROC over pairs of clips with the same value of a field, and its p on either side."""

    auroc: float
    above: float
    below: float


def within_values(
    scores: Mapping[str, Floats],
    labels: Ints,
    scene: Ints,
    values: Ints,
    *,
    seed: int = 0,
    permutations: int | None = None,
) -> dict[str, Within] | None:
    """Return each scorer's AUROC within the `values` (n,), 0 to K - 1, of a field, and its p.

    Labels swap only between scenes with the same values, and within a value. None where no value holds both
    labels.
    """
    sizes = np.bincount(values)
    held = np.bincount(values, weights=labels)
    if not ((held > 0) & (held < sizes)).any():
        return None
    ranks = {name: _rank_within(column, values) for name, column in scores.items()}
    wanted = permutations or permutations_for(len(labels))
    parts: dict[str, list[Floats]] = {name: [] for name in scores}
    for places in swapped_labels(labels, tracks(scene, values), [seed, 5], wanted):
        for name, rank in ranks.items():
            parts[name].append(_within_auroc(rank, places, values, sizes))
    result = {}
    for name, rank in ranks.items():
        null = np.concatenate(parts[name])
        auroc = float(_within_auroc(rank, observed(labels), values, sizes)[0])
        result[name] = Within(auroc, tail(null, auroc, "above"), tail(null, auroc, "below"))
    return result


def _rank_within(scores: Floats, values: Ints) -> Floats:
    """Return the rank of each clip among those of its value, from 1 for the lowest; ties share the mean."""
    order = np.lexsort((scores, values))
    sorted_scores, sorted_values = scores[order], values[order]
    new = np.append(True, (np.diff(sorted_scores) != 0) | (np.diff(sorted_values) != 0))
    block = np.cumsum(new) - 1
    place = np.arange(len(scores)) - np.searchsorted(sorted_values, sorted_values)
    mean = np.bincount(block, weights=place) / np.bincount(block) + 1
    rank = np.empty(len(scores))
    rank[order] = mean[block]
    return rank


def _within_auroc(rank: Floats, places: Places, values: Ints, sizes: Ints) -> Floats:
    kinds = len(sizes)
    cell = places.row * kinds + values[places.clip]
    cells = places.rows * kinds
    held = np.bincount(cell, minlength=cells).reshape(places.rows, kinds)
    summed = np.bincount(cell, weights=rank[places.clip], minlength=cells).reshape(places.rows, kinds)
    pairs = (held * (sizes - held)).sum(axis=1)
    in_order = np.where(held < sizes, summed - held * (held + 1) / 2, 0).sum(axis=1)
    area: Floats = np.divide(in_order, pairs, out=np.full(places.rows, 0.5), where=pairs > 0)
    return area
