"""Scorers that compare two embeddings of the same tubelet: `predicted`, `masked` and `temporal`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import torch

    from jepamine.protocols import ClipEmbeddings, Scorer


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
    # As np.linalg.norm, to the bit, which takes twice as long for a few rows.
    lengths = np.sqrt((a * a).sum(axis=1)) * np.sqrt((b * b).sum(axis=1))
    similarity: np.ndarray = np.einsum("nd,nd->n", a, b) / np.where(lengths == 0, 1, lengths)
    return similarity


def temporal(predictor: torch.nn.Module) -> Scorer:
    """Score 1 - cos(predicted next, clean) of each tubelet from the clean ones before it; encodes nothing.

    The first `context` tubelets, which have too few before them, get the mean of the others; a clip without
    others scores 0. Raises UserError unless the run's predictor has a temporal head.
    """
    import numpy as np
    import torch

    from jepamine.mining.predictors.mlps import temporal_predictor, tubelets_before

    ahead = temporal_predictor(predictor)
    context = ahead.context
    device = next(predictor.parameters()).device

    def score(clip: ClipEmbeddings) -> np.ndarray:
        scores = np.zeros(len(clip.clean))
        if len(scores) <= context:
            return scores
        before = tubelets_before(clip.clean, context)[0][context:]
        with torch.inference_mode():
            predicted = ahead.next(torch.from_numpy(before).to(device)).cpu().numpy()
        scores[context:] = 1 - cosine(predicted, clip.clean[context:])
        scores[:context] = scores[context:].mean()
        return scores

    def scores(clips: Sequence[ClipEmbeddings]) -> Sequence[np.ndarray]:
        return [score(clip) for clip in clips]

    return scores
