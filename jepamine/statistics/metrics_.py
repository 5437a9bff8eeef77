"""How well one scorer ranks: AP, AUROC, NDCG, precision and recall at k, lift over chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jepamine.statistics import metrics as weighted
from jepamine.statistics.chance import expected_average_precision

CUTOFFS = (10, 50, 100)


def metrics(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, float]:
    """The metrics of one ranking, highest score first; `scores` float64 (n,), finite; `labels` 0 and 1 (n,).

    average_precision, auroc and ndcg are scikit-learn's. average_precision_over_ties is the mean over all
    orders of tied clips, the same number where no scores are tied; `lift` is it over the AP that a random
    ranking is expected to have, so a scorer that gives every clip the same score has lift 1. precision_at_k
    and recall_at_k, k = 10, 50, 100, are missing where there are fewer than k clips. Both labels must occur.
    """
    from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

    found = weighted.cumulate(scores, labels)
    over_ties = float(weighted.average_precision_over_ties(found)[0])
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
    """Positives expected among the k highest scores when tied clips come in random order; 1 <= k <= n.

    Of the block of m tied clips, p of them positive, that straddles k, r clips still fit; they hold r p / m
    positives on average (the mean of the hypergeometric distribution): linear between the blocks' ends.
    """
    found = weighted.cumulate(scores, labels)
    return float(np.interp(k, found.totals[0], found.positives[0]))
