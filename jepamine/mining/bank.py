"""The bank: clean embeddings of a run's training clips, and exact nearest neighbours in it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.utils.tensors import load_tensors, save_tensors


@dataclass(frozen=True)
class Bank:
    """One row per training clip: `vectors` float32 (M, D), the mean of the clip's clean tubelet embeddings.

    `contents` are hashes of the clips' frames, hex: they identify a training clip whatever its id or path.
    """

    clip_ids: list[str]
    contents: list[str]
    vectors: NDArray[np.float32]

    @functools.cached_property
    def rows(self) -> dict[str, int]:
        """Return content -> row."""
        return {content: row for row, content in enumerate(self.contents)}

    @functools.cached_property
    def unit(self) -> NDArray[np.float32]:
        """Return the vectors at unit length, float32 (M, D)."""
        return unit(self.vectors)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to unit length, float32 (N, D); a row of zeros is unchanged."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def save_bank(path: Path, bank: Bank) -> None:
    """Write a bank as safetensors. Raises OSError if the disk is full."""
    save_tensors(
        path,
        {"vectors": torch.from_numpy(bank.vectors)},
        {"clip_ids": bank.clip_ids, "contents": bank.contents},
    )


def load_bank(path: Path) -> Bank:
    """Read a bank. Raises UserError that names the file if it is missing or damaged."""
    tensors, metadata = load_tensors(path)
    ids, contents = metadata.get("clip_ids", []), metadata.get("contents", [])
    if "vectors" not in tensors or not len(tensors["vectors"]) == len(ids) == len(contents):
        raise UserError(f"{path}: not a bank of clip embeddings")
    return Bank(ids, contents, tensors["vectors"].numpy())


# Similarities held at a time: 1,000 queries against 32,768 rows are 131 MB.
CELLS = 1 << 25


def most_similar(
    queries: NDArray[np.float32],
    bank: NDArray[np.float32],
    k: int,
    own: NDArray[np.int64],
    bias: NDArray[np.float32] | None = None,
) -> NDArray[np.int64]:
    """Return the rows of the k largest q . b (+ bias of b) of each query, int64 (Q, k'), nearest first.

    Shapes: queries (Q, D), bank (M, D), own (Q,): the bank's row that is the query itself and is excluded,
    or -1; bias (M,). k' is k, or M - 1 for a small bank, whether or not a query is in it. Exact up to float32
    rounding.
    """
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
        similarity[inside, own[inside] - start] = -torch.inf
        values, indices = similarity.topk(min(k, len(chunk)), dim=1)
        joined, order = torch.cat([best, values], dim=1).topk(k, dim=1)
        where = torch.cat([where, indices + start], dim=1).gather(1, order)
        best = joined
    return where.numpy()


def cosine_distances(
    queries: NDArray[np.float32], bank: NDArray[np.float32], k: int, own: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return cosine distances to the k nearest rows, nearest first: float64 (Q, k'); unit length only."""
    found = most_similar(queries, bank, k, own)
    # 1 - q . b = |q - b|^2 / 2 at unit length: for near-duplicates 1 - q . b has no digits left.
    difference = queries[:, None].astype(np.float64) - bank[found]
    return np.sort(np.einsum("qkd,qkd->qk", difference, difference) / 2, axis=1)


def euclidean_distances(
    queries: NDArray[np.float32], bank: NDArray[np.float32], k: int, own: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return Euclidean distances to the k nearest rows, nearest first: float64 (Q, k')."""
    # |q - b|^2 = |q|^2 - 2 (q . b - |b|^2 / 2): the nearest have the largest q . b - |b|^2 / 2
    bias = -0.5 * np.einsum("md,md->m", bank, bank)
    found = most_similar(queries, bank, k, own, bias)
    difference = queries[:, None].astype(np.float64) - bank[found]
    return np.sort(np.linalg.norm(difference, axis=2), axis=1)
