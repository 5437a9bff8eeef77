"""What a layout's objects are to a language model: one vector each."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from jepamine.code_task.prompt import colour_name, drawn_order
from jepamine.layouts import FRAME_WIDTH, MAX_OBJECTS, TYPES, Layout, Object
from jepamine.scenes.palette import PALETTE

_COLOURS = list(PALETTE)
# Tens, units, tenths and hundredths: all that code says of a number.
_PLACES = 4
_NUMBER = 2 + 10 * _PLACES
FEATURES = len(TYPES) + len(_COLOURS) + 4 * _NUMBER


class ObjectEncoder(nn.Module):
    """Type, colour and box of an object, digit by digit, to a vector of D dimensions and variance 1."""

    def __init__(self, dim: int, hidden_dim: int = 128) -> None:
        super().__init__()
        self.first = nn.Linear(FEATURES, hidden_dim)
        self.second = nn.Linear(hidden_dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, features: Tensor) -> Tensor:
        """(N, K, F) -> (N, K, D)."""
        vectors: Tensor = self.norm(self.second(nn.functional.gelu(self.first(features))))
        return vectors


def features_of(layout: Layout) -> Tensor:
    """Float32 (K, F): a row an object in drawing order, then rows of 0; K = 10."""
    rows = torch.zeros(MAX_OBJECTS, FEATURES)
    for row, item in zip(rows, drawn_order(layout), strict=False):
        row[TYPES.index(item.type)] = 1
        row[len(TYPES) + _COLOURS.index(colour_name(item.color))] = 1
        row[len(TYPES) + len(_COLOURS) :] = torch.tensor(_numbers(item))
    return rows


def _numbers(item: Object) -> list[float]:
    told: list[float] = []
    for value in item.box:
        # As the prompt says it: two decimals.
        hundredths = round(abs(value) * 100)
        told += [2 * value / FRAME_WIDTH, float(value < 0)]
        for place in reversed(range(_PLACES)):
            digit = hundredths // 10**place % 10
            told += [float(digit == other) for other in range(10)]
    return told
