"""Permutation tests against chance in which whole scenes swap their label vectors.

Each scene receives the labels of a random scene (each is used once), in their order in time, from a random
phase on, repeated where the receiving scene is longer and cut where it is shorter. Runs of positives and
uneven shares of positives between scenes survive, so labels and scores that cluster by scene do not pass for
skill; shuffling single clips would ignore both. With very few scenes the test rests on the phases, that is on
labels within a scene being stationary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from jepamine.statistics.metrics import harmonic_numbers
from jepamine.statistics.scene_auroc import Floats, Ints

MOST_PERMUTATIONS, FEWEST_PERMUTATIONS = 1999, 499
# Cells (permutations times clips) that are computed in all, and held at a time.
_BUDGET, _CELLS = 100_000_000, 500_000
SIDES = ("above", "below")


@dataclass(frozen=True)
class Tracks:
    """Clips sorted by scene and, within a scene, by the value of a field; one track is one such run of clips.

    `order` int64 (n,): the clips in this order; `scene`, `track` int64 (n,): of the sorted clips; `first`
    int64 (S,): a scene's first track; `group` int64 (S,): scenes with the same values share a number and
    only they swap labels, track by track.
    """

    order: Ints
    scene: Ints
    track: Ints
    first: Ints
    group: Ints


def tracks(scene: Ints, values: Ints | None = None) -> Tracks:
    """Return the tracks of clips of the scenes `scene` (n,), 0 to S - 1, with the `values` (n,) of a field.

    Without `values` a scene is one track and all scenes may swap. The order of the clips of a scene is kept.
    """
    values = np.zeros_like(scene) if values is None else values
    order = np.lexsort((values, scene))
    sorted_scene, sorted_values = scene[order], values[order]
    starts = np.append(True, (np.diff(sorted_scene) != 0) | (np.diff(sorted_values) != 0))
    track = np.cumsum(starts) - 1
    scene_of_track = sorted_scene[starts]
    value_of_track = sorted_values[starts]
    first = np.flatnonzero(np.append(True, np.diff(scene_of_track) != 0))
    ends = np.append(first[1:], len(scene_of_track))
    numbers: dict[bytes, int] = {}
    group = np.array(
        [
            numbers.setdefault(value_of_track[start:end].tobytes(), len(numbers))
            for start, end in zip(first, ends, strict=True)
        ],
        dtype=np.int64,
    )
    return Tracks(order, sorted_scene, track, first, group)


@dataclass(frozen=True)
class Places:
    """The positive clips of several label vectors: `row` (which vector, rising) and `clip`, int64 (M,)."""

    row: Ints
    clip: Ints
    rows: int


def observed(labels: Ints) -> Places:
    """Return the positives of the labels themselves."""
    clips = np.flatnonzero(labels)
    return Places(np.zeros(len(clips), dtype=np.int64), clips, 1)


def permutations_for(clips: int) -> int:
    """Return how many permutations are drawn: 1999, fewer for very many clips, at least 499."""
    return max(FEWEST_PERMUTATIONS, min(MOST_PERMUTATIONS, _BUDGET // clips))


def swapped_labels(labels: Ints, laid: Tracks, seed: list[int], permutations: int) -> Iterator[Places]:
    """Yield the positives of `permutations` swaps in parts; swaps without both labels are drawn again.

    Clips keep their numbers in `labels` (n,).
    """
    rng = np.random.default_rng(seed)
    values = labels[laid.order]
    clips, scenes = len(values), len(laid.first)
    sizes = np.bincount(laid.track)
    starts = np.cumsum(sizes) - sizes
    offset = np.arange(clips) - starts[laid.track]
    nth_track = laid.track - laid.first[laid.scene]
    by_group = np.argsort(laid.group, kind="stable")
    sorted_group = laid.group[by_group]
    done = 0
    while done < permutations:
        rows = min(max(1, _CELLS // clips), permutations - done)
        drawn = by_group[np.argsort(sorted_group + 0.999 * rng.random((rows, scenes)), axis=1)]
        giver = np.empty((rows, scenes), dtype=np.int64)
        giver[:, by_group] = drawn
        source = laid.first[giver][:, laid.scene] + nth_track
        phase = np.floor(rng.random((rows, scenes))[:, laid.scene] * sizes[source]).astype(np.int64)
        swapped = values[starts[source] + (offset + phase) % sizes[source]]
        held = swapped.sum(axis=1)
        row, clip = np.nonzero(swapped[(held > 0) & (held < clips)])
        kept = int(((held > 0) & (held < clips)).sum())
        done += kept
        yield Places(row, laid.order[clip], kept)


def random_rank(scores: Floats, seed: list[int]) -> Ints:
    """Return each clip's rank, 0 for the highest score; ties in one random order."""
    order = np.lexsort((np.random.default_rng(seed).random(len(scores)), -scores))
    rank = np.empty(len(scores), dtype=np.int64)
    rank[order] = np.arange(len(scores))
    return rank


def auroc_and_lift(rank: Ints, places: Places, harmonic: float | None = None) -> Floats:
    """Return AUROC and AP over chance AP for each label vector, float64 (2, rows)."""
    clips = len(rank)
    ranks = np.sort(places.row * clips + rank[places.clip]) - places.row * clips
    held = np.bincount(places.row, minlength=places.rows)
    nth = np.arange(len(ranks)) - (np.cumsum(held) - held)[places.row] + 1
    mean = np.bincount(places.row, weights=ranks, minlength=places.rows) / held
    auroc = 1 - (mean - (held - 1) / 2) / (clips - held)
    precision = np.bincount(places.row, weights=nth / (ranks + 1), minlength=places.rows) / held
    harmonic = float(harmonic_numbers(clips)[-1]) if harmonic is None else harmonic
    by_chance = (harmonic + (held - 1) / max(clips - 1, 1) * (clips - harmonic)) / clips
    return np.stack([auroc, precision / by_chance])


def tail(null: Floats, value: float, side: str) -> float:
    """Return the permutation p, (1 + permutations at least as extreme) / (1 + permutations)."""
    extreme = null >= value - 1e-12 if side == "above" else null <= value + 1e-12
    return float((1 + extreme.sum()) / (len(null) + 1))


@dataclass(frozen=True)
class AgainstChance:
    """p-values of one scorer by metric and side, e.g. `alone["auroc"]["above"]`.

    `alone` ignores the other scorers; `among_all` is adjusted for having tried all of them.
    """

    alone: dict[str, dict[str, float]]
    among_all: dict[str, dict[str, float]]

    def p(self, side: str, *, among_all: bool = True) -> float:
        """Return the larger p of the two metrics: a claim needs both."""
        table = self.among_all if among_all else self.alone
        return max(values[side] for values in table.values())


def against_chance(
    scores: Mapping[str, Floats],
    labels: Ints,
    scene: Ints,
    *,
    seed: int = 0,
    permutations: int | None = None,
    families: int = 1,
) -> dict[str, AgainstChance]:
    """Return the p-values of each scorer, against labels that swap between scenes.

    `scores`: scorer -> float64 (n,); `labels` int64 (n,); `scene` int64 (n,), 0 to S - 1. Adjusted by max-T
    (Westfall and Young 1993, single step): all scorers meet the same permutations, and both statistics have
    the same null distribution for every scorer, so a claim has to beat the best scorer of each permutation.
    `families` of such tests that are read together are adjusted by Bonferroni.
    """
    ranks = {name: random_rank(values, [seed, 3]) for name, values in scores.items()}
    harmonic = float(harmonic_numbers(len(labels))[-1])
    parts: dict[str, list[Floats]] = {name: [] for name in scores}
    wanted = permutations or permutations_for(len(labels))
    for places in swapped_labels(labels, tracks(scene), [seed, 2], wanted):
        for name, rank in ranks.items():
            parts[name].append(auroc_and_lift(rank, places, harmonic))
    nulls = {name: np.concatenate(values, axis=1) for name, values in parts.items()}
    values = {name: auroc_and_lift(rank, observed(labels))[:, 0] for name, rank in ranks.items()}

    def adjusted(name: str, metric: int, side: str) -> float:
        extreme = best if side == "above" else worst
        return min(1.0, families * tail(extreme[metric], values[name][metric], side))

    best = np.max(list(nulls.values()), axis=0)
    worst = np.min(list(nulls.values()), axis=0)
    metrics = ("auroc", "average_precision")
    return {
        name: AgainstChance(
            {m: {s: tail(nulls[name][i], values[name][i], s) for s in SIDES} for i, m in enumerate(metrics)},
            {m: {s: adjusted(name, i, s) for s in SIDES} for i, m in enumerate(metrics)},
        )
        for name in scores
    }
