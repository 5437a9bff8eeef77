"""The bank: the clean embeddings of a run's training clips, which several scorers measure distances to."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.weights import load_tensors, save_tensors


@dataclass(frozen=True)
class Bank:
    """One row a training clip: `vectors` float32 (M, D), the mean of the clip's clean tubelet embeddings."""

    clip_ids: list[str]
    vectors: NDArray[np.float32]

    @functools.cached_property
    def rows(self) -> dict[str, int]:
        """clip_id -> row."""
        return {clip_id: row for row, clip_id in enumerate(self.clip_ids)}

    @functools.cached_property
    def unit(self) -> NDArray[np.float32]:
        """The vectors at unit length, float32 (M, D)."""
        return unit(self.vectors)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows at unit length, float32 (N, D); a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def save_bank(path: Path, bank: Bank) -> None:
    """Write a bank as safetensors. Raises OSError where the disk is full."""
    save_tensors(path, {"vectors": torch.from_numpy(bank.vectors)}, {"clip_ids": bank.clip_ids})


def load_bank(path: Path) -> Bank:
    """Read a bank. Raises UserError that names the file where it is missing or damaged."""
    tensors, metadata = load_tensors(path)
    if "vectors" not in tensors or len(tensors["vectors"]) != len(metadata.get("clip_ids", [])):
        raise UserError(f"{path}: not a bank of clip embeddings")
    return Bank(metadata["clip_ids"], tensors["vectors"].numpy())
