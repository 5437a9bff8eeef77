"""Whether a field such as the dataset predicts the label, and what remains of a scorer within it.

If all rare clips come from one dataset, a scorer that only tells datasets apart looks excellent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jepamine.statistics.metrics import auroc, average_precision, cumulate
from jepamine.statistics.permutation import (
    permutations_for,
    swapped_labels,
    tail,
    tracks,
)
from jepamine.statistics.results import FieldResult, WithinResult
from jepamine.statistics.scene_auroc import Floats, Ints, Scenes, group_by_scene
from jepamine.statistics.within_fields import within_values

FLAGGED_P, FLAGGED_AUROC = 0.05, 0.65
# Even where too few scenes allow no small p, a field that separates the labels this well limits the verdict.
SUSPECT_AUROC = 0.9
# Metrics of single values are listed for a field with up to this many.
_LISTED = 50
_CELLS = 1_000_000


@dataclass(frozen=True)
class _Field:
    """The clips with a known value: `known` bool (n,); `scene` and `value` int64 (m,) numbered from 0."""

    names: list[str]
    known: np.ndarray
    scene: Ints
    value: Ints

    @property
    def scenes(self) -> int:
        return int(self.scene.max()) + 1


def audit(
    scores: Mapping[str, Floats],
    labels: Ints,
    scene: Ints,
    fields: Mapping[str, Sequence[str | None]],
    *,
    seed: int = 0,
) -> dict[str, FieldResult]:
    """Return the audit of each field with at least two values, over the clips whose value is not None.

    `scores`: scorer -> float64 (n,); `labels`, `scene` int64 (n,); each field (n,). A field is flagged where
    its values alone rank the clips with an AUROC >= 0.65 and p <= 0.05, Holm-adjusted over the fields.
    """
    numbered = {name: _number(values, scene) for name, values in fields.items()}
    usable = {name: field for name, field in numbered.items() if field is not None}
    results: dict[str, FieldResult] = {}
    for name, field in usable.items():
        own = labels[field.known]
        separable = 2 * len(field.names) < field.scenes
        area, by_chance, p = None, None, None
        if 0 < own.sum() < len(own):
            area, by_chance, p = field_auroc(own, field.scene, field.value, seed=seed, test=separable)
        results[name] = {
            "auroc": area,
            "by_chance": by_chance,
            "p": p,
            "p_holm": None,
            "flagged": False,
            "separable": separable,
            "required": False,
            "unknown": int((~field.known).sum()),
            "sources": _counts(field, own),
            "within": {},
        }
    tested = [name for name, result in results.items() if result["p"] is not None]
    adjusted = holm([result["p"] for result in results.values() if result["p"] is not None])
    for name, p_holm in zip(tested, adjusted, strict=True):
        result = results[name]
        result["p_holm"] = p_holm
        result["flagged"] = p_holm <= FLAGGED_P and (result["auroc"] or 0) >= FLAGGED_AUROC
        few_values = 4 * len(usable[name].names) <= usable[name].scenes
        result["required"] = few_values or result["flagged"] or (result["auroc"] or 0) >= SUSPECT_AUROC
    for name, result in results.items():
        chosen = {scorer: values[usable[name].known] for scorer, values in scores.items()}
        result["within"] = _within(chosen, labels[usable[name].known], usable[name], seed, result["required"])
    return results


def _number(values: Sequence[str | None], scene: Ints) -> _Field | None:
    names = sorted({value for value in values if value is not None})
    if len(names) < 2:
        return None
    index = {name: number for number, name in enumerate(names)}
    value = np.array([-1 if name is None else index[name] for name in values], dtype=np.int64)
    known = value >= 0
    _, number = np.unique(scene[known], return_inverse=True)
    return _Field(names, known, number.reshape(-1).astype(np.int64), value[known])


def _counts(field: _Field, labels: Ints) -> dict[str, dict[str, int]]:
    clips = np.bincount(field.value, minlength=len(field.names)).tolist()
    positives = np.bincount(field.value, weights=labels, minlength=len(field.names)).astype(int).tolist()
    return {
        name: {"clips": size, "positives": held}
        for name, size, held in zip(field.names, clips, positives, strict=True)
    }


def field_auroc(
    labels: Ints,
    scene: Ints,
    value: Ints,
    *,
    seed: int = 0,
    permutations: int | None = None,
    test: bool = True,
) -> tuple[float, float | None, float | None]:
    """Return the AUROC of the values' own rates of positives, its mean by chance, and its p.

    The AUROC is in-sample and so above 0.5 by chance; the permutations have the same bias. Where all clips of
    a scene share a value, values are permuted over scenes; else scenes swap their label vectors. Without
    `test` only the AUROC is computed. `labels`, `scene`, `value` int64 (n,), numbered from 0.
    """
    kinds, scenes = int(value.max()) + 1, int(scene.max()) + 1
    sizes = np.bincount(value, minlength=kinds)
    held = np.bincount(value, weights=labels, minlength=kinds)
    area = float(rates_auroc(held[None], (sizes - held)[None])[0])
    if not test:
        return area, None, None
    own = np.zeros(scenes, dtype=np.int64)
    own[scene] = value
    if (own[scene] == value).all():
        null = _permuted_values(own, group_by_scene(scene, labels), kinds, seed, permutations)
    else:
        parts = []
        wanted = permutations or permutations_for(len(labels))
        for places in swapped_labels(labels, tracks(scene), [seed, 4], wanted):
            cell = places.row * kinds + value[places.clip]
            count = np.bincount(cell, minlength=places.rows * kinds).reshape(places.rows, kinds)
            parts.append(rates_auroc(count, sizes - count))
        null = np.concatenate(parts)
    return area, float(null.mean()), tail(null, area, "above")


def _permuted_values(own: Ints, grouped: Scenes, kinds: int, seed: int, permutations: int | None) -> Floats:
    rng = np.random.default_rng([seed, 4])
    scenes = len(own)
    wanted = permutations or permutations_for(scenes)
    step = max(1, _CELLS // max(scenes, kinds))
    parts = []
    for start in range(0, wanted, step):
        rows = min(step, wanted - start)
        cell = own[np.argsort(rng.random((rows, scenes)), axis=1)] + np.arange(rows)[:, None] * kinds
        counts = [
            np.bincount(cell.ravel(), weights=np.tile(column, rows), minlength=rows * kinds)
            for column in (grouped.positives, grouped.negatives)
        ]
        parts.append(rates_auroc(counts[0].reshape(rows, kinds), counts[1].reshape(rows, kinds)))
    return np.concatenate(parts)


def rates_auroc(positives: np.ndarray, negatives: np.ndarray) -> Floats:
    """Return the AUROC of ranking clips by their value's rate of positives; counts (R, K), result (R,)."""
    rows, kinds = positives.shape
    rate = positives / np.maximum(positives + negatives, 1)
    order = np.argsort(rate, axis=1, kind="stable")
    rate, positives, negatives = (np.take_along_axis(x, order, 1) for x in (rate, positives, negatives))
    # Values of equal rate are tied and form one block.
    new = np.diff(rate, axis=1, prepend=-1.0) > 1e-12
    block = (np.cumsum(new, axis=1) - 1 + np.arange(rows)[:, None] * kinds).ravel()
    high, low = (
        np.bincount(block, weights=x.ravel(), minlength=rows * kinds).reshape(rows, kinds)
        for x in (positives, negatives)
    )
    in_order = (high * (np.cumsum(low, axis=1) - low / 2)).sum(axis=1)
    area: Floats = in_order / (positives.sum(axis=1) * negatives.sum(axis=1))
    return area


def holm(ps: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values, in the order of `ps`."""
    adjusted, largest = [0.0] * len(ps), 0.0
    for step, place in enumerate(np.argsort(ps, kind="stable").tolist()):
        largest = max(largest, min(1.0, (len(ps) - step) * ps[place]))
        adjusted[place] = largest
    return adjusted


def _within(
    scores: Mapping[str, Floats], labels: Ints, field: _Field, seed: int, required: bool
) -> dict[str, WithinResult]:
    kinds = len(field.names)
    # Only the AUROC is of use where the test is not needed: one permutation is the least.
    permutations = None if required else 1
    tested = within_values(scores, labels, field.scene, field.value, seed=seed, permutations=permutations)
    sizes = np.bincount(field.value, minlength=kinds)
    held = np.bincount(field.value, weights=labels, minlength=kinds)
    mixed = np.flatnonzero((held > 0) & (held < sizes))
    results: dict[str, WithinResult] = {}
    for name, values in scores.items():
        found = tested[name] if tested else None
        listed: dict[str, dict[str, float]] = {}
        for kind in mixed.tolist() if kinds <= _LISTED else []:
            members = field.value == kind
            ranked = cumulate(values[members], labels[members])
            listed[field.names[kind]] = {
                "average_precision": float(average_precision(ranked)[0]),
                "auroc": float(auroc(ranked)[0]),
            }
        results[name] = {
            "auroc": found.auroc if found else None,
            "p": {"above": found.above, "below": found.below} if found and required else None,
            "clips": int(sizes[mixed].sum()),
            "sources": listed,
        }
    return results
