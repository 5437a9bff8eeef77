"""Scorers that compare two embeddings of the same tubelet: `predicted` and `masked`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from jepamine.protocols import Scorer


def predicted() -> Scorer:
    """Score 1 - cos(predicted, clean): how wrong the predictor was."""
    return lambda clips: [1 - cosine(clip.predicted, clip.clean) for clip in clips]


def masked() -> Scorer:
    """Score 1 - cos(masked, clean): how far masking alone moves the embedding; needs no predictor."""
    return lambda clips: [1 - cosine(clip.masked, clip.clean) for clip in clips]


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the row-wise cosine similarity, float64 (N,), of two float (N, D); 0 for a row of zeros."""
    import numpy as np

    a, b = a.astype(np.float64), b.astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    similarity: np.ndarray = np.einsum("nd,nd->n", a, b) / np.where(lengths == 0, 1, lengths)
    return similarity
