"""The predictors `mlp` (clean from masked) and `temporal` (also the next from those before, its context)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol, runtime_checkable

from pydantic import Field

from jepamine.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from torch import Tensor, nn


def mlp(
    dim: int,
    *,
    hidden_dim: Annotated[int, Field(ge=1)] | None = None,
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1,
) -> nn.Module:
    """Build LayerNorm(D); concat the mask fraction; Linear(D+1, hidden); GELU; Dropout; Linear(hidden, D).

    `hidden_dim` defaults to D. Called with (masked (N, D), fraction (N, 1)) -> (N, D), float32.
    """
    from jepamine.mining.predictors.modules import Mlp

    return Mlp(dim, hidden_dim or dim, dropout)


def temporal(
    dim: int,
    *,
    hidden_dim: Annotated[int, Field(ge=1)] | None = None,
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1,
    context: Annotated[int, Field(ge=1)] = 2,
) -> nn.Module:
    """Build two heads that share nothing.

    Called as the `mlp` it is one; `next` maps the embeddings of `context` tubelets (N, context, D) to that of
    the next (N, D): the last one plus what LayerNorm; Linear; GELU; Dropout; Linear makes of all.
    """
    from jepamine.mining.predictors.modules import Temporal

    return Temporal(dim, hidden_dim or dim, dropout, context)


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

    from jepamine.mining.distances import unit

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
