"""The bank: clean embeddings of a run's training clips, and exact nearest neighbours in it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.mining.bank_columns import Arrays, ClipColumns, Place, rows_of
from jepamine.mining.overlap import DIGEST, ExtentIndex
from jepamine.protocols import Extent
from jepamine.utils.tensors import load_tensors, save_tensors

BANK = "bank.safetensors"


@dataclass(frozen=True)
class Bank:
    """One row per training clip: `vectors` float32 (M, D), the mean of the clip's clean tubelet embeddings.

    `contents` are hashes of the clips' frames, hex: they identify a training clip whatever its id or path.
    `extents` are what the clips cover, `places` where they come from; empty for the bank of an older run.
    """

    clip_ids: Sequence[str]
    contents: Sequence[str]
    vectors: NDArray[np.float32]
    extents: Sequence[Extent] = ()
    places: Sequence[Place] = ()

    def overlapping(self, content: bytes, extent: Extent) -> NDArray[np.int64]:
        """Return the rows of training clips that are the clip or share frames or time with it, sorted.

        Only those that are the clip itself if fewer than two rows would remain to compare it with.
        """
        own = np.array(self._rows.get(content.hex(), []), dtype=np.int64)
        rows = np.union1d(own, self._index.overlapping(extent))
        return rows if len(self.clip_ids) - len(rows) >= 2 else own[:1]

    def overlapping_rows(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Return `overlapping` of the training clips in `rows`."""
        extents = self.extents or [Extent()] * len(self.clip_ids)
        return [self.overlapping(bytes.fromhex(self.contents[row]), extents[row]) for row in rows]

    @functools.cached_property
    def _rows(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, content in enumerate(self.contents):
            rows.setdefault(content, []).append(row)
        return rows

    @functools.cached_property
    def _index(self) -> ExtentIndex:
        return ExtentIndex(self.extents)

    @functools.cached_property
    def unit(self) -> NDArray[np.float32]:
        """Return the vectors at unit length, float32 (M, D)."""
        return unit(self.vectors)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to unit length, float32 (N, D); a row of zeros is unchanged."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def save_bank(path: Path, vectors: NDArray[np.float32], clips: ClipColumns) -> None:
    """Write the bank of `clips`, with `vectors` float32 (M, D). Raises OSError if the disk is full."""
    arrays = {"vectors": vectors, **clips.arrays()}
    save_tensors(path, {name: torch.from_numpy(array) for name, array in arrays.items()}, {})


def load_bank(path: Path) -> Bank:
    """Read a bank. Raises UserError that names the file if it is missing or damaged."""
    tensors, metadata = load_tensors(path)
    try:
        vectors = tensors["vectors"].numpy()
        if "ids" in tensors:
            bank = _of_columns(vectors, {name: tensor.numpy() for name, tensor in tensors.items()})
        else:
            bank = _of_metadata(vectors, tensors, metadata)
    except (KeyError, ValueError, TypeError, IndexError):
        raise UserError(f"{path}: not a bank of clip embeddings") from None
    sizes = {len(bank.extents), len(bank.places)} - {0}
    if not len(vectors) == len(bank.clip_ids) == len(bank.contents) or not sizes <= {len(vectors)}:
        raise UserError(f"{path}: not a bank of clip embeddings")
    return bank


def _of_columns(vectors: NDArray[np.float32], arrays: Arrays) -> Bank:
    ids, contents, extents, places = rows_of(arrays)
    return Bank(ids, contents, vectors, extents, places)


def _of_metadata(
    vectors: NDArray[np.float32], tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, Any]
) -> Bank:
    """Return the bank of an older run, whose facts are JSON. Raises KeyError or ValueError if damaged."""
    frames = tensors["frames"].numpy().tobytes() if "frames" in tensors else b""
    extents, start = [], 0
    for count, timeline, first, last in metadata.get("extents", []):
        end = start + count * DIGEST
        extents.append(Extent(frames[start:end], timeline, first, last))
        start = end
    if start != len(frames):
        raise ValueError("hashes of other frames")
    places = [Place(*place) for place in metadata.get("places", [])]
    return Bank(metadata["clip_ids"], metadata["contents"], vectors, extents, places)


# Similarities held at a time: 1,000 queries against 32,768 rows are 131 MB.
CELLS = 1 << 25


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


# Candidates beyond the k nearest whose distances are computed exactly: rounding in the matrix product, which
# depends on how many clips are scored together, must not decide which of them count.
SPARE = 8


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
