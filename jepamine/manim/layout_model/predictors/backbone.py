"""The backbone of the predictor `layout-dense`: from tokens to a map of features with cells of 8 or 4 pixels.

Shapes: N frames of H x W pixels, tokens of D dimensions, C channels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

#: The side of a cell of the map in pixels.
STRIDE = 8
# Pixels are first folded into cells of 4 x 4: convolutions at full resolution are slow, and the refinement
# recovers the precision.
FOLD = 4


def conv(inside: int, outside: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    """Return a convolution with batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inside, outside, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(outside),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """A residual block, initialized to the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = conv(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        nn.init.zeros_(self.norm.weight)

    def forward(self, features: Tensor) -> Tensor:
        changed: Tensor = F.relu(features + self.norm(self.second(self.first(features))))
        return changed


class Attention(nn.Module):
    """A Transformer block over all cells (N, C, h, w), with a learned position embedding."""

    def __init__(self, channels: int, grid: tuple[int, int], heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.place = nn.Parameter(0.02 * torch.randn(grid[0] * grid[1], channels))
        self.norm, self.norm_mlp = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.queries_keys_values = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels)
        )

    def forward(self, features: Tensor) -> Tensor:
        count, channels, rows, columns = features.shape
        cells = features.flatten(2).transpose(1, 2) + self.place
        # (N, cells, 3 * C) -> 3 x (N, heads, cells, C / heads)
        split = self.queries_keys_values(self.norm(cells)).view(
            count, -1, 3, self.heads, channels // self.heads
        )
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(queries, keys, values).transpose(1, 2).flatten(2)
        cells = cells + self.out(attended)
        cells = cells + self.mlp(self.norm_mlp(cells))
        mixed: Tensor = cells.transpose(1, 2).reshape(count, channels, rows, columns)
        return mixed


class Backbone(nn.Module):
    """A small U-Net with cells of 8 or 4 pixels, `cell`, and a bottleneck of 16 with global attention.

    `channels` are those at 4, 8 and 16 pixels per cell; `width` is that of the answer. `grid` (rows, columns)
    is the grid of the tokens: pixels, or features, which are resized.
    """

    def __init__(
        self,
        dim: int,
        grid: tuple[int, int],
        frame: tuple[int, int],
        channels: tuple[int, int, int],
        blocks: int,
        attention: int,
        cell: int = STRIDE,
    ) -> None:
        super().__init__()
        fine, middle, coarse = channels
        self.fine, self.width = cell < STRIDE, fine if cell < STRIDE else middle
        self.grid, self.cells = grid, (frame[0] // STRIDE, frame[1] // STRIDE)
        self.of_pixels = grid == frame
        if self.of_pixels:
            self.stem = nn.Sequential(conv(dim * FOLD**2 + 1, fine), conv(fine, middle, stride=2))
        else:
            self.stem = nn.Sequential(conv(dim + 1, middle, size=1), conv(middle, middle))
        self.inner = nn.Sequential(*(Residual(middle) for _ in range(blocks)))
        self.down = nn.Sequential(conv(middle, coarse, stride=2), *(Residual(coarse) for _ in range(blocks)))
        places = (frame[0] // (2 * STRIDE), frame[1] // (2 * STRIDE))
        self.attention = nn.Sequential(*(Attention(coarse, places) for _ in range(attention)))
        self.up = nn.Conv2d(coarse, middle, 1)
        self.join = conv(middle, middle)
        self.out = conv(middle, middle, size=1)
        if self.fine:
            self.up_again = nn.Conv2d(middle, fine, 1)
            self.join_again = nn.Sequential(conv(fine, fine), conv(fine, fine))

    def forward(self, tokens: Tensor, hidden: Tensor) -> Tensor:
        """Map tokens (N, L, D), hidden bool (N, rows, columns) to features (N, C, H / cell, W / cell)."""
        folded = self._fold(tokens, hidden)
        finest = self.stem[0](folded)
        middle = self.inner(self.stem[1](finest))
        coarse = self.attention(self.down(middle))
        joined: Tensor = self.out(self.join(middle + F.interpolate(self.up(coarse), scale_factor=2)))
        if not self.fine:
            return joined
        finer: Tensor = self.join_again(finest + F.interpolate(self.up_again(joined), scale_factor=2))
        return finer

    def _fold(self, tokens: Tensor, hidden: Tensor) -> Tensor:
        """Arrange tokens as a map in channels-last memory, with the mask as an extra channel."""
        count, (rows, columns) = len(tokens), self.grid
        if not self.of_pixels:
            tokens = tokens[:, -rows * columns :]  # drop tokens without a position, such as CLIP's pooled one
            features = tokens.transpose(1, 2).reshape(count, -1, rows, columns)
            features = F.interpolate(features, size=self.cells, mode="bilinear", align_corners=False)
            mask = F.interpolate(hidden[:, None].to(tokens.dtype), size=self.cells)
            return torch.cat([features, mask], dim=1).contiguous(memory_format=torch.channels_last)
        rows, columns = rows // FOLD, columns // FOLD
        pixels = (
            tokens.view(count, rows, FOLD, columns, FOLD, -1)
            .transpose(2, 3)
            .reshape(count, rows, columns, -1)
        )
        mask = F.interpolate(hidden[:, None].to(tokens.dtype), size=(rows, columns))
        return torch.cat([pixels, mask.permute(0, 2, 3, 1)], dim=3).permute(0, 3, 1, 2)
