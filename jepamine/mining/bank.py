"""The bank: the clean embeddings of a run's training clips, which several scorers measure distances to."""

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
    """One row a training clip: `vectors` float32 (M, D), the mean of the clip's clean tubelet embeddings.

    `contents` are hashes of the clips' frames, hex: they tell a training clip again, whatever its id or path.
    """

    clip_ids: list[str]
    contents: list[str]
    vectors: NDArray[np.float32]

    @functools.cached_property
    def rows(self) -> dict[str, int]:
        """content -> row."""
        return {content: row for row, content in enumerate(self.contents)}

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
    save_tensors(
        path,
        {"vectors": torch.from_numpy(bank.vectors)},
        {"clip_ids": bank.clip_ids, "contents": bank.contents},
    )


def load_bank(path: Path) -> Bank:
    """Read a bank. Raises UserError that names the file where it is missing or damaged."""
    tensors, metadata = load_tensors(path)
    ids, contents = metadata.get("clip_ids", []), metadata.get("contents", [])
    if "vectors" not in tensors or not len(tensors["vectors"]) == len(ids) == len(contents):
        raise UserError(f"{path}: not a bank of clip embeddings")
    return Bank(ids, contents, tensors["vectors"].numpy())
