"""The predictors `layout-dense` (a map of the frame), `layout-transformer` (a set of objects) and
`layout-proposals` (boxes that pixels propose)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jepamine.errors import UserError
from jepamine.manim.layouts import LIMIT, MAX_OBJECTS

if TYPE_CHECKING:
    from torch import nn

Count = Annotated[int, Field(ge=1)]
Channels = Annotated[int, Field(ge=4, multiple_of=4)]


def layout_dense(
    dim: int,
    shape: tuple[int, int, int],
    encoder: Any,
    *,
    channels: tuple[Channels, Channels, Channels] = (32, 64, 64),
    blocks: Annotated[int, Field(ge=0)] = 1,
    attention: Annotated[int, Field(ge=0)] = 1,
    second_look: Annotated[int, Field(ge=0)] = 16,
    max_objects: Annotated[int, Field(ge=1, le=LIMIT)] = MAX_OBJECTS,
    cell: Literal[8, 4] = 8,
) -> nn.Module:
    """Build a `LayoutPredictor`: centres, boxes and types on a map with cells of `cell` pixels.

    `channels` are those at 4, 8 and 16 pixels per cell, `blocks` the residual blocks at 8 and at 16,
    `attention` the Transformer blocks at 16. `second_look` is the width of the network that refines each
    object from its pixels; with 0, or an encoder other than `pixels`, there is no refinement. Of more than
    `max_objects` objects the largest are returned. Cells of 4 pixels, for the encoder `pixels` only, keep
    small objects apart in crowded frames, and with them the refinement also judges boxes that connected
    pixels propose. Raises UserError if the encoder's tokens form no grid, or cells do
    not tile the frame.
    """
    from jepamine.manim.layout_model.plan import token_grid
    from jepamine.manim.layout_model.predictors.dense_module import LayoutDense

    grid = token_grid(encoder, shape)
    if shape[1] % 16 or shape[2] % 16:
        raise UserError(
            f"the predictor 'layout-dense' needs frame sides that are multiples of 16 pixels, not {shape[1:]}"
        )
    if cell < 8 and grid != shape[1:]:
        raise UserError("predictor.cell: cells of 4 pixels need the encoder 'pixels'; set it to 8")
    frame = (shape[1], shape[2])
    return LayoutDense(dim, grid, frame, channels, blocks, attention, second_look, max_objects, cell)


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


def layout_proposals(
    dim: int,
    shape: tuple[int, int, int],
    encoder: Any,
    *,
    width: Annotated[int, Field(ge=16, multiple_of=16)] = 128,
    layers: Count = 3,
    max_objects: Annotated[int, Field(ge=1, le=LIMIT)] = LIMIT,
    lit_pixels: bool = False,
) -> nn.Module:
    """Build a `LayoutPredictor` that judges boxes which pixels propose.

    It compares all boxes of a frame `layers` times, trains fast, reads crowded frames of any author,
    and does not find what no pixel shows. With `lit_pixels` boxes are also compared by the pixels that they
    share, and selected by what each accounts for. Of more than `max_objects` objects the largest are
    returned. Raises UserError for encoders other than `pixels`.
    """
    from jepamine.manim.layout_model.plan import token_grid
    from jepamine.manim.layout_model.predictors.proposal_module import LayoutProposals

    grid = token_grid(encoder, shape)
    if grid != shape[1:]:
        raise UserError(
            f"the predictor 'layout-proposals' reads pixels, not the tokens of '{encoder.name}'; "
            "use the encoder 'pixels'"
        )
    return LayoutProposals(grid, width, layers, max_objects, lit_pixels)
