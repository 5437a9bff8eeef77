"""What the temporal head of a predictor sees: the embeddings of the tubelets before each tubelet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from jepamine.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from torch import Tensor


@runtime_checkable
class TemporalPredictor(Protocol):
    """A predictor that looks ahead, from the `context` tubelets before."""

    context: int

    def next(self, before: Tensor) -> Tensor:
        """Map the embeddings before, (N, context, D) at unit length, to the next, (N, D)."""
        ...


def tubelets_before(
    clean: NDArray[np.float32], context: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the `context` embeddings before each tubelet of a clip, and where there are so many.

    Shapes: clean (N, D); before float32 (N, context, D) at unit length, 0 where there are fewer; known
    float32 (N, 1), 1 or 0.
    """
    import numpy as np

    from jepamine.mining.bank import unit

    before = np.zeros((len(clean), context, clean.shape[1]), dtype=np.float32)
    rows = unit(clean)
    for number in range(context, len(clean)):
        before[number] = rows[number - context : number]
    known = (np.arange(len(clean)) >= context).astype(np.float32)[:, None]
    return before, known


def temporal_predictor(predictor: torch.nn.Module) -> TemporalPredictor:
    """Return the predictor. Raises UserError for one that cannot predict the next embedding."""
    if not isinstance(predictor, TemporalPredictor):
        raise UserError('the trainer and the scorer "temporal" require [predictor] plugin = "temporal"')
    return predictor
