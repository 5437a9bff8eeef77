"""The scorer `temporal`: how wrong the prediction of the next tubelet from those before was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import torch

    from jepamine.protocols import ClipEmbeddings, Scorer


def temporal(predictor: torch.nn.Module) -> Scorer:
    """Score 1 - cos(predicted next, clean) of each tubelet from the clean ones before it; encodes nothing.

    The first `context` tubelets, which have too few before them, get the mean of the others; a clip without
    others scores 0. Raises UserError unless the run's predictor has a temporal head.
    """
    import numpy as np
    import torch

    from jepamine.mining.scorers.cosine import cosine
    from jepamine.mining.temporal_context import temporal_predictor, tubelets_before

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
