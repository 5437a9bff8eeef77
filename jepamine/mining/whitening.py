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
        whitened = deviations @ self.factor
        lengths: NDArray[np.float64] = np.linalg.norm(whitened, axis=1) / np.sqrt(deviations.shape[1])
        return lengths

    def apply(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return whitened vectors (N, D) over the root of D, float32 (N, D)."""
        whitened: NDArray[np.float32] = (vectors @ self.factor / np.sqrt(vectors.shape[1])).astype(np.float32)
        return whitened


def fit_whitening(deviations: NDArray[np.float64]) -> Whitening:
    """Fit a whitening to deviations (N, D) from 0; the covariance is scikit-learn's Ledoit-Wolf estimate."""
    from sklearn.covariance import LedoitWolf

    if not deviations.any():
        return Whitening(np.eye(deviations.shape[1]))
    # Without store_precision: its pseudo-inverse is slow, and a shrunk covariance has an inverse.
    estimator = LedoitWolf(assume_centered=True, store_precision=False).fit(deviations)
    values, vectors = np.linalg.eigh(estimator.covariance_)
    return Whitening(vectors / np.sqrt(np.maximum(values, values[-1] * 1e-12)))
