"""The predictor `layout-transformer`: predict a set of objects from the visible tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from jepamine.errors import UserError
from jepamine.manim.layouts import LIMIT, MAX_OBJECTS

if TYPE_CHECKING:
    from torch import nn

Count = Annotated[int, Field(ge=1)]
# The cost of attention is quadratic in the tokens.
MOST_TOKENS = 1024


def layout_transformer(
    dim: int,
    shape: tuple[int, int, int],
    encoder: Any,
    *,
    hidden_dim: Count = 768,
    layers: Count = 6,
    heads: Count = 8,
    feed_forward: Count = 2048,
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1,
    max_objects: Annotated[int, Field(ge=1, le=LIMIT)] = MAX_OBJECTS,
) -> nn.Module:
    """Build a `LayoutPredictor`: a projection MLP, a Transformer encoder, and an MLP to `max_objects`
    objects.

    Raises UserError if the encoder's tokens form no grid, or are too many for attention.
    """
    from jepamine.manim.layout_model.plan import token_grid
    from jepamine.manim.layout_model.predictors.transformer_module import LayoutTransformer

    grid = token_grid(encoder, shape)
    if grid[0] * grid[1] > MOST_TOKENS:
        raise UserError(
            f"the predictor 'layout-transformer' attends to {MOST_TOKENS} tokens at most, the encoder "
            f"'{encoder.name}' gives {grid[0]} x {grid[1]}; use clip or efficientnet-lite0"
        )
    if hidden_dim % heads:
        raise UserError(f"predictor.heads: {heads} does not divide hidden_dim {hidden_dim}")
    return LayoutTransformer(dim, grid, hidden_dim, layers, heads, feed_forward, dropout, max_objects)
