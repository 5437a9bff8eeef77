"""The predictor `layout-dense`: an anchor-free head on a map of the frame, and a second look at objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from jepamine.errors import UserError

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
) -> nn.Module:
    """Build a `LayoutPredictor`: centres, boxes and types on a map with cells of 8 pixels.

    `channels` are those of cells of 4, 8 and 16 pixels; `blocks` residual blocks at 8 and at 16,
    `attention` Transformer blocks over the latter. `second_look` is the width of the network that looks
    again at each object, in the pixels themselves; 0 turns it off, as does any encoder but `pixels`. Raises
    UserError if the encoder's tokens are not a grid, or cells do not tile the frame.
    """
    from jepamine.manim.layout_model.predictors.dense_module import LayoutDense
    from jepamine.manim.layout_model.token_grid import token_grid

    grid = token_grid(encoder, shape)
    if shape[1] % 16 or shape[2] % 16:
        raise UserError(
            f"the predictor 'layout-dense' needs sides of multiples of 16 pixels, not {shape[1:]}"
        )
    return LayoutDense(dim, grid, (shape[1], shape[2]), channels, blocks, attention, second_look)
