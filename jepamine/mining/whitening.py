"""Whitening: a linear map after which given deviations have a unit covariance (Ledoit-Wolf shrinkage)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Whitening:
    """`factor` float64 (D, D): the length of x @ factor is the Mahalanobis distance of x from 0."""

    factor: NDArray[np.float64]

    def length(self, deviations: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the Mahalanobis distances of deviations (N, D) over the root of D, float64 (N,): about 1."""
        lengths: NDArray[np.float64] = np.linalg.norm(self.apply(deviations), axis=1)
        return lengths

    def apply(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return whitened vectors (N, D) or (D,) over the root of D, float64."""
        whitened: NDArray[np.float64] = vectors @ self.factor / np.sqrt(vectors.shape[-1])
        return whitened


def fit_whitening(deviations: NDArray[np.float64]) -> Whitening:
    """Fit a whitening to deviations (N, D) from 0; the covariance is scikit-learn's Ledoit-Wolf estimate."""
    from sklearn.covariance import ledoit_wolf_shrinkage

    if not deviations.any():
        return Whitening(np.eye(deviations.shape[1]))
    count, dim = deviations.shape
    shrinkage = ledoit_wolf_shrinkage(deviations, assume_centered=True)
    # The covariance is (1 - s) X^T X / N + s m I, m the mean variance: outside the span of X, at most N
    # directions, it is s m in every direction.
    _, lengths, directions = np.linalg.svd(deviations, full_matrices=False)
    added = shrinkage * float((lengths**2).sum()) / (count * dim)
    values = (1 - shrinkage) * lengths**2 / count + added
    floor = values[0] * 1e-12
    outside = 1 / np.sqrt(max(added, floor))
    inside = 1 / np.sqrt(np.maximum(values, floor)) - outside
    return Whitening((directions.T * inside) @ directions + outside * np.eye(dim))
