"""The predictor `mlp`: the clean embedding from the masked one."""

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
    from jepamine.mining.predictors.mlp_module import Mlp

    return Mlp(dim, hidden_dim or dim, dropout)
