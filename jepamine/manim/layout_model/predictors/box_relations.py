"""Compare the boxes of a frame: a Transformer block with a bias for each pair, and how two boxes lie.

Relation networks: Hu et al. 2018, arXiv:1711.11575.

Shapes: N frames, K boxes, D features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HEADS = 4
# Boxes are wider by this much, in units, where shares of their areas are taken: a line has none.
WIDER = 0.1


class Comparison(nn.Module):
    """A Transformer block over the proposals of a frame, with a bias for each pair."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm, self.norm_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.queries_keys_values, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, features: Tensor, bias: Tensor) -> Tensor:
        """Map features (N, K, D), bias (N, heads, K, K) to features."""
        count, rows, width = features.shape
        split = self.queries_keys_values(self.norm(features)).view(count, rows, 3, HEADS, width // HEADS)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(queries, keys, values, attn_mask=bias)
        features = features + self.out(mixed.transpose(1, 2).reshape(count, rows, width))
        changed: Tensor = features + self.mlp(self.norm_mlp(features))
        return changed


def relations(boxes: Tensor) -> Tensor:
    """Describe how boxes (N, K, 4) in units lie to each other: (N, K, K, 8).

    Distances in sides of the first, logarithms of the ratios of the sides, the shares that each covers of the
    other, IoU, and whether they have one centre.
    """
    centres, sides = boxes[..., :2], boxes[..., 2:].clamp(min=0.1)
    away = (centres[:, None] - centres[:, :, None]) / sides[:, :, None]
    ratio = (sides[:, None] / sides[:, :, None]).log()
    low, high = centres - sides / 2, centres + sides / 2
    shared = torch.minimum(high[:, None], high[:, :, None]) - torch.maximum(low[:, None], low[:, :, None])
    common, area = shared.clamp(min=0).prod(dim=-1), sides.prod(dim=-1)
    first, second = area[:, :, None], area[:, None]
    shares = torch.stack([common / first, common / second, common / (first + second - common)], dim=-1)
    one_centre = (away.abs().amax(dim=-1, keepdim=True) < 0.05).to(boxes)
    return torch.cat([away.clamp(-4, 4) / 2, ratio.clamp(-4, 4) / 2, shares, one_centre], dim=-1)


def held_shares(boxes: Tensor) -> Tensor:
    """Return the share of each of the boxes (K, 4) in units that is in each of them: (K, K)."""
    sides = boxes[:, 2:] + WIDER
    low, high = boxes[:, :2] - sides / 2, boxes[:, :2] + sides / 2
    shared = torch.minimum(high[:, None], high[None]) - torch.maximum(low[:, None], low[None])
    return shared.clamp(min=0).prod(dim=-1) / sides.prod(dim=-1)[:, None]
