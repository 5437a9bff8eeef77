"""Probabilities from a head's log odds: Platt scaling on held-out scenes, base rates, and how well they fit.

The head is fitted with balanced classes, so its own log odds are those of a base rate of one half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

# Scores on unseen scenes that run against the labels are luck: the order of the head is kept, just visible.
LEAST_SLOPE = 1e-3
BINS = 5


@dataclass(frozen=True)
class Calibration:
    """log odds of label 1 = `slope` * the head's log odds + `intercept`."""

    slope: float
    intercept: float

    def probabilities(self, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of label 1, float64 (N,), for a head's log odds (N,)."""
        probabilities: NDArray[np.float64] = expit(self.slope * log_odds + self.intercept)
        return probabilities

    def at_base_rate(self, fitted: float, wanted: float) -> Calibration:
        """Return the calibration for clips with the share `wanted` of positives, instead of `fitted`."""
        return Calibration(self.slope, self.intercept + float(logit(wanted) - logit(fitted)))


class Bin(TypedDict):
    """Clips of similar probability: their number, mean probability, and share of label 1."""

    clips: int
    predicted: float
    observed: float


class Fit(TypedDict):
    """How well probabilities fit labels; `brier_of_base_rate` is that of saying the base rate for all."""

    brier: float
    brier_of_base_rate: float
    reliability: list[Bin]


def platt(log_odds: NDArray[np.float64], labels: NDArray[np.int64]) -> Calibration:
    """Fit Platt's sigmoid, with his smoothed targets, to held-out log odds (N,) and labels 0 and 1 (N,).

    Platt (1999), Probabilistic outputs for support vector machines.
    """
    from sklearn.linear_model import LogisticRegression

    positives = int(labels.sum())
    negatives = len(labels) - positives
    target = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    # A target between 0 and 1 is a clip of both labels, weighted by it.
    model = LogisticRegression(C=np.inf, max_iter=1000)
    model.fit(
        np.concatenate([log_odds, log_odds])[:, None],
        np.repeat([1, 0], len(labels)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    slope = float(model.coef_[0, 0])
    if slope < LEAST_SLOPE:
        return Calibration(LEAST_SLOPE, float(logit(target.mean())))
    return Calibration(slope, float(model.intercept_[0]))


def cross_fitted(
    log_odds: NDArray[np.float64], labels: NDArray[np.int64], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return probabilities, float64 (N,), each by a calibration that saw nothing of the clip's fold."""
    probabilities = np.empty(len(labels))
    for fold in np.unique(folds):
        inside = folds == fold
        probabilities[inside] = platt(log_odds[~inside], labels[~inside]).probabilities(log_odds[inside])
    return probabilities


def fit_of(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> Fit:
    """Return Brier score and reliability, in up to `BINS` bins of equally many clips by probability."""
    order = np.argsort(probabilities, kind="stable")
    bins = [part for part in np.array_split(order, BINS) if len(part)]
    return {
        "brier": float(np.mean((probabilities - labels) ** 2)),
        "brier_of_base_rate": float(labels.mean() * (1 - labels.mean())),
        "reliability": [
            {
                "clips": len(part),
                "predicted": float(probabilities[part].mean()),
                "observed": float(labels[part].mean()),
            }
            for part in bins
        ],
    }
