"""Distances between vectors: cosine, Euclidean, and after a whitening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

# Similarities held at a time: 1,000 queries against 32,768 rows are 131 MB.
CELLS = 1 << 25


# Candidates beyond the k nearest whose distances are computed exactly: rounding in the matrix product, which
# depends on how many clips are scored together, must not decide which of them count.
SPARE = 8


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to unit length, float32 (N, D); a row of zeros is unchanged."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def most_similar(
    queries: NDArray[np.float32],
    bank: NDArray[np.float32],
    k: int,
    excluded: Sequence[NDArray[np.int64]],
    bias: NDArray[np.float32] | None = None,
) -> NDArray[np.int64]:
    """Return the rows of the k largest q . b (+ bias of b) of each query, int64 (Q, k'), nearest first.

    Shapes: queries (Q, D), bank (M, D), bias (M,); `excluded` are the rows that each query must not find. k'
    is k, or M - 1 for a small bank, whether or not a query is in it; -1 where fewer rows remain. Exact up to
    float32 rounding.
    """
    owners = np.repeat(np.arange(len(queries)), [len(rows) for rows in excluded])
    own = np.concatenate([*excluded, np.empty(0, dtype=np.int64)])
    k = min(k, len(bank) - 1)
    left = torch.from_numpy(queries)
    rows = max(CELLS // max(len(queries), 1), k)
    best = torch.full((len(queries), k), -torch.inf)
    where = torch.zeros((len(queries), k), dtype=torch.int64)
    for start in range(0, len(bank), rows):
        chunk = torch.from_numpy(bank[start : start + rows])
        similarity = left @ chunk.T  # (Q, rows)
        if bias is not None:
            similarity += torch.from_numpy(bias[start : start + rows])
        inside = np.flatnonzero((own >= start) & (own < start + len(chunk)))
        similarity[owners[inside], own[inside] - start] = -torch.inf
        values, indices = similarity.topk(min(k, len(chunk)), dim=1)
        joined, order = torch.cat([best, values], dim=1).topk(k, dim=1)
        where = torch.cat([where, indices + start], dim=1).gather(1, order)
        best = joined
    where[best == -torch.inf] = -1
    return where.numpy()


def cosine_distances(
    queries: NDArray[np.float32],
    bank: NDArray[np.float32],
    k: int,
    excluded: Sequence[NDArray[np.int64]],
) -> NDArray[np.float64]:
    """Return cosine distances to the k nearest rows, nearest first: float64 (Q, k'); unit length only.

    NaN, last, where fewer than k' rows remain.
    """
    nearest = most_similar(queries, bank, k + SPARE, excluded)
    # 1 - q . b = |q - b|^2 / 2 at unit length: for near-duplicates 1 - q . b has no digits left.
    difference = queries[:, None].astype(np.float64) - bank[nearest]
    distances = np.einsum("qkd,qkd->qk", difference, difference) / 2
    return np.sort(np.where(nearest < 0, np.nan, distances), axis=1)[:, :k]


def euclidean_distances(
    queries: NDArray[np.float32],
    bank: NDArray[np.float32],
    k: int,
    excluded: Sequence[NDArray[np.int64]],
) -> NDArray[np.float64]:
    """Return Euclidean distances to the k nearest rows, nearest first: float64 (Q, k').

    NaN, last, where fewer than k' rows remain.
    """
    # |q - b|^2 = |q|^2 - 2 (q . b - |b|^2 / 2): the nearest have the largest q . b - |b|^2 / 2
    bias = -0.5 * np.einsum("md,md->m", bank, bank)
    nearest = most_similar(queries, bank, k + SPARE, excluded, bias)
    difference = queries[:, None].astype(np.float64) - bank[nearest]
    distances = np.where(nearest < 0, np.nan, np.linalg.norm(difference, axis=2))
    return np.sort(distances, axis=1)[:, :k]


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
    if count < dim:
        _, lengths, directions = np.linalg.svd(deviations, full_matrices=False)
        squares = lengths**2
    else:
        squares, columns = np.linalg.eigh(deviations.T @ deviations)
        directions = columns.T
    added = shrinkage * float(squares.sum()) / (count * dim)
    values = (1 - shrinkage) * squares / count + added
    floor = values.max() * 1e-12
    outside = 1 / np.sqrt(max(added, floor))
    inside = 1 / np.sqrt(np.maximum(values, floor)) - outside
    return Whitening((directions.T * inside) @ directions + outside * np.eye(dim))
