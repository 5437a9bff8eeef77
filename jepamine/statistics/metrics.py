"""Ranking metrics, and AP and AUROC of random rankings.

AP and AUROC also take rows of clip weights, so that a resample of scenes needs no new sorting. Clips with
equal scores, and with them the copies of one clip, are tied.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.statistics.results import ChanceBand

PERMUTATIONS, _FEWEST_PERMUTATIONS = 40_000, 2_000
# Places that are drawn in all, and held in memory at a time.
_BUDGET, _CELLS = 40_000_000, 1_000_000


def expected_average_precision(clips: int, positives: int) -> float:
    """Return the exact expectation of AP over all orders of `clips` clips, `positives` >= 1 of them positive.

    It is above the positive rate, and far above it where positives are few. A positive is at place k with
    probability P/n; then (k-1)(P-1)/(n-1) positives are expected before it. So
    E[AP] = 1/n sum_k (1 + (k-1)(P-1)/(n-1)) / k = (H_n + (P-1)/(n-1) (n - H_n)) / n.
    """
    harmonic = float(np.sum(1.0 / np.arange(1, clips + 1)))
    return (harmonic + (positives - 1) / max(clips - 1, 1) * (clips - harmonic)) / clips


def chance(
    clips: int, positives: int, rng: np.random.Generator, permutations: int | None = None
) -> dict[str, ChanceBand]:
    """Return "average_precision" and "auroc" of random rankings without ties; 1 <= `positives` < `clips`.

    40,000 rankings, fewer for very many positives, at least 2,000. The band runs from the 2.5th to the 97.5th
    percentile. Every second ranking is the one before it read backwards: as likely, cheaper, and with AUROCs
    that cancel out around 0.5.
    """
    precisions, areas = [], []
    step = max(1, _CELLS // (positives if 2 * positives <= clips else clips))
    hits = np.arange(1, positives + 1)
    wanted = permutations or max(_FEWEST_PERMUTATIONS, min(PERMUTATIONS, _BUDGET // positives))
    for start in range(0, wanted // 2, step):
        drawn = _places(clips, positives, rng, min(step, wanted // 2 - start))
        places = np.concatenate([drawn, clips + 1 - drawn[:, ::-1]])
        precisions.append((hits / places).mean(axis=1))
        before = places.sum(axis=1) - hits.sum()
        areas.append(1 - before / (positives * (clips - positives)))
    return {
        "average_precision": _band(np.concatenate(precisions), expected_average_precision(clips, positives)),
        "auroc": _band(np.concatenate(areas), 0.5),
    }


def _places(clips: int, positives: int, rng: np.random.Generator, rows: int) -> NDArray[np.int64]:
    """Return places, from 1, of the positives of `rows` random rankings, rising, int64 (rows, positives).

    Places are drawn with replacement and those drawn twice again, which takes time for the positives only;
    the label with fewer clips is drawn.
    """
    if 2 * positives > clips:
        others = _places(clips, clips - positives, rng, rows)
        free = np.ones((rows, clips + 1), dtype=bool)
        free[:, 0] = False
        np.put_along_axis(free, others, False, axis=1)
        return np.nonzero(free)[1].reshape(rows, positives)
    places = np.sort(rng.integers(1, clips + 1, (rows, positives)), axis=1)
    while (repeated := places[:, 1:] == places[:, :-1]).any():
        row, column = np.nonzero(repeated)
        places[row, column + 1] = rng.integers(1, clips + 1, len(row))
        changed = np.unique(row)
        places[changed] = np.sort(places[changed], axis=1)
    return places


def _band(values: NDArray[np.float64], exact: float) -> ChanceBand:
    low, high = np.percentile(values, [2.5, 97.5])
    return {"mean": float(values.mean()), "low": float(low), "high": float(high), "exact": exact}


CUTOFFS = (10, 50, 100)


@dataclass(frozen=True)
class Cumulated:
    """Cumulated weights at or above each distinct score, highest first; column 0 is zero.

    `positives` and `totals`: int64 (R, B + 1) for R rows of weights and B distinct scores.
    """

    positives: NDArray[np.int64]
    totals: NDArray[np.int64]


def cumulate(
    scores: NDArray[np.float64], labels: NDArray[np.int64], weights: NDArray[np.int64] | None = None
) -> Cumulated:
    """Return the cumulated weights of one ranking.

    `scores` float64 (n,), finite; `labels` int64 (n,), 0 or 1; `weights` int64 (R, n), not negative; None is
    one row of ones.
    """
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    ends = np.flatnonzero(np.append(falling[1:] != falling[:-1], True))
    sorted_weights = np.ones((1, len(scores)), dtype=np.int64) if weights is None else weights[:, order]

    def up_to_ends(values: NDArray[np.int64]) -> NDArray[np.int64]:
        filled = np.zeros((len(values), len(ends) + 1), dtype=np.int64)
        filled[:, 1:] = np.cumsum(values, axis=1)[:, ends]
        return filled

    return Cumulated(up_to_ends(sorted_weights * labels[order]), up_to_ends(sorted_weights))


def average_precision(ranked: Cumulated) -> NDArray[np.float64]:
    """Return scikit-learn's average precision of each row, float64 (R,): sum of (R_i - R_i-1) * P_i.

    Tied clips share the precision at the end of their block. Rows without a positive are not allowed.
    """
    precision = ranked.positives[:, 1:] / np.maximum(ranked.totals[:, 1:], 1)
    gained = np.diff(ranked.positives, axis=1)
    summed: NDArray[np.float64] = (gained * precision).sum(axis=1)
    return summed / ranked.positives[:, -1]


def average_precision_over_ties(ranked: Cumulated) -> NDArray[np.float64]:
    """Return the average precision of each row, averaged over all orders of the tied clips, float64 (R,).

    scikit-learn's number depends on ties in a way that can hide a bad ranking: with 20 positives of 83 that
    all come last, tied, it is 20/83 = 0.241 (as good as chance) while every order of them gives 0.135. For a
    block of m clips, p of them positive, after N clips with H positives, a positive sits at place j with
    probability p/m and then has H + 1 + (j - 1)(p - 1)/(m - 1) positives up to itself, so the block adds
    p/m * sum_j (H + 1 + (j - 1)(p - 1)/(m - 1)) / (N + j). Without ties it equals `average_precision`.
    """
    positives, totals = ranked.positives, ranked.totals
    before, hits = totals[:, :-1], positives[:, :-1]
    size, gained = np.diff(totals, axis=1), np.diff(positives, axis=1)
    harmonic = harmonic_numbers(int(totals[:, -1].max()))
    # sum_j 1 / (N + j), and from it sum_j (j - 1) / (N + j) = m - (N + 1) * reciprocals
    reciprocals = harmonic[totals[:, 1:]] - harmonic[before]
    slope = (gained - 1) / np.maximum(size - 1, 1)
    inner = (hits + 1) * reciprocals + slope * (size - (before + 1) * reciprocals)
    summed: NDArray[np.float64] = (gained / np.maximum(size, 1) * inner).sum(axis=1)
    return summed / positives[:, -1]


def auroc(ranked: Cumulated) -> NDArray[np.float64]:
    """Return the area under the ROC curve of each row, float64 (R,): the share of (positive, negative) pairs
    in order; a tied pair counts half. Rows without both labels are not allowed.
    """
    negatives = ranked.totals - ranked.positives
    lower = negatives[:, -1:] - (negatives[:, :-1] + negatives[:, 1:]) / 2
    pairs: NDArray[np.float64] = (np.diff(ranked.positives, axis=1) * lower).sum(axis=1)
    return pairs / (ranked.positives[:, -1] * negatives[:, -1])


def harmonic_numbers(largest: int) -> NDArray[np.float64]:
    """Return H_0 = 0, H_1, ... H_largest, float64 (largest + 1,)."""
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, largest + 1))])


def metrics(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, float]:
    """Return the metrics of one ranking, highest score first.

    `scores` float64 (n,), finite; `labels` (n,), 0 or 1, both present.

    average_precision, auroc and ndcg are scikit-learn's. average_precision_over_ties is the mean over all
    orders of tied clips, the same number where no scores are tied; `lift` is it over the AP that a random
    ranking is expected to have, so a scorer that gives every clip the same score has lift 1. precision_at_k
    and recall_at_k, k = 10, 50, 100, are missing where there are fewer than k clips.
    """
    from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

    ranked = cumulate(scores, labels)
    over_ties = float(average_precision_over_ties(ranked)[0])
    result = {
        "average_precision": float(average_precision_score(labels, scores)),
        "average_precision_over_ties": over_ties,
        "auroc": float(roc_auc_score(labels, scores)),
        "ndcg": float(ndcg_score(labels[None], scores[None])),
    }
    for k in CUTOFFS:
        if k <= len(labels):
            hits = expected_hits(scores, labels, k)
            result[f"precision_at_{k}"] = hits / k
            result[f"recall_at_{k}"] = hits / int(labels.sum())
    result["lift"] = over_ties / expected_average_precision(len(labels), int(labels.sum()))
    return result


def expected_hits(scores: NDArray[np.float64], labels: NDArray[np.int64], k: int) -> float:
    """Return the expected positives among the k highest scores, tied clips in random order; 1 <= k <= n.

    Of the block of m tied clips, p of them positive, that straddles k, r clips still fit; they hold r p / m
    positives on average (the mean of the hypergeometric distribution): linear between the blocks' ends.
    """
    ranked = cumulate(scores, labels)
    return float(np.interp(k, ranked.totals[0], ranked.positives[0]))
