"""The refinement of the predictor `layout-dense`: a small network on a crop region each box.

Crops have the same size whatever the object's: types are learned from few examples, and edges are placed to a
fraction of a pixel.

Shapes: M boxes, C channels of the map's features, P channels of the picture.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from jepamine.manim.layout_model.predictors.backbone import conv
from jepamine.manim.layout_model.targets import to_cells
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, TYPES
from jepamine.protocols import Tensors


def crop(picture: Tensor, scene: Tensor, boxes: Tensor, size: int) -> Tensor:
    """Average the picture over size x size equal parts of each box: (M, C, size, size).

    Shapes: picture (N, H, W, C), `scene` int64 (M,) the picture of each box, `boxes` (M, 4) in pixels, y
    down. Pixels outside the picture are 0. Unlike samples, means do not miss a thin line in a large box.
    """
    count, height, width, channels = picture.shape
    across = _shares(boxes[:, 0], boxes[:, 2], size, width)
    down = _shares(boxes[:, 1], boxes[:, 3], size, height)
    crops = picture.new_empty(len(boxes), size, size, channels)
    for number in range(count):
        mine = torch.nonzero(scene == number)[:, 0]
        # (m * size, H) @ (H, W * C): rows first, as there are fewer
        rows = down[mine].reshape(-1, height) @ picture[number].reshape(height, -1)
        rows = rows.view(len(mine), size, width, channels)
        crops[mine] = torch.einsum("mrwc,msw->mrsc", rows, across[mine])
    return crops.permute(0, 3, 1, 2)


def _shares(centres: Tensor, sides: Tensor, size: int, length: int) -> Tensor:
    """Return the share of each of `size` equal parts of intervals that is in each of `length` unit cells.

    Shapes: centres, sides (M,) -> (M, size, length).
    """
    edges = centres[:, None] + sides[:, None] * torch.linspace(-0.5, 0.5, size + 1, device=centres.device)
    low, high = edges[:, :-1, None], edges[:, 1:, None]
    cells = torch.arange(length, device=centres.device, dtype=centres.dtype)
    covered = (torch.minimum(high, cells + 1) - torch.maximum(low, cells)).clamp(min=0)
    return covered / (high - low)


#: The side of a crop.
SIZE = 24
# A crop covers this multiple of the sides, which are at least LEAST units, plus a margin in units.
TIMES, LEAST, MARGIN = 1.4, 0.3, 0.2
# The shortest side of a refined box, in units.
SHORTEST = 0.02


class Refinement(nn.Module):
    """Predict types, better boxes and depths from boxes that are about right."""

    def __init__(self, picture_channels: int, feature_channels: int, width: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            conv(picture_channels, width),
            conv(width, 2 * width, stride=2),
            conv(2 * width, 4 * width, stride=2),
            conv(4 * width, 4 * width, stride=2),
            nn.Flatten(),
        )
        flat = 4 * width * (SIZE // 8) ** 2
        self.think = nn.Sequential(
            nn.Linear(flat + feature_channels + 4, 12 * width),
            nn.ReLU(),
            nn.Linear(12 * width, 8 * width),
            nn.ReLU(),
        )
        self.types = nn.Linear(8 * width, len(TYPES))
        self.edges = nn.Linear(8 * width, 4)
        self.depth = nn.Linear(8 * width, 1)
        self.sure = nn.Linear(8 * width, 1)
        # Start without moving boxes.
        nn.init.zeros_(self.edges.weight)
        nn.init.zeros_(self.edges.bias)

    def forward(self, picture: Tensor, scene: Tensor, boxes: Tensor, features: Tensor) -> Tensors:
        """Map picture (N, H, W, P), `scene` int64 (M,), boxes (M, 4) in units and features (M, C) of the
        cells of their centres to types (M, 20) logits, boxes (M, 4) in units, depth (M,), and `sure` (M,)
        logits: whether an object fills the box.
        """
        grid = (picture.shape[1], picture.shape[2])
        sides = boxes[:, 2:].clamp(min=LEAST) * TIMES + MARGIN
        region = torch.cat([boxes[:, :2], sides], dim=1)
        crops = crop(picture, scene, to_cells(region, grid), SIZE)
        frame = boxes.new_tensor([FRAME_WIDTH / 2, FRAME_HEIGHT / 2])
        numbers = torch.cat([boxes[:, :2] / frame, boxes[:, 2:].clamp(min=0.1).log()], dim=1)
        hidden = self.think(torch.cat([self.look(crops), features, numbers], dim=1))
        # Edges move by shares of the crop's sides.
        moves = self.edges(hidden)
        low = boxes[:, :2] - boxes[:, 2:] / 2 + moves[:, :2] * sides
        high = boxes[:, :2] + boxes[:, 2:] / 2 + moves[:, 2:] * sides
        better = torch.cat([(low + high) / 2, (high - low).clamp(min=SHORTEST)], dim=1)
        return {
            "types": self.types(hidden),
            "boxes": better,
            "depth": self.depth(hidden)[:, 0],
            "sure": self.sure(hidden)[:, 0],
        }
