"""The predictors `mlp` (clean from masked) and `temporal` (beside it the next from those before)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

if TYPE_CHECKING:
    from torch import nn


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
