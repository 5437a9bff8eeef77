"""Encode the objects of a layout as vectors for a language model."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from jepamine.manim.code_model.prompt import colour_name, drawn_order, variables
from jepamine.manim.code_model.token_context import CHARACTERS, NOTHING, name_number
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.layouts import FRAME_WIDTH, MAX_OBJECTS, TYPES, Layout, Object

_COLOURS = list(PALETTE)
# Tens, units, tenths and hundredths: the digits of numbers in code.
_PLACES = 4
_NUMBER = 2 + 10 * _PLACES
_COUNTED = MAX_OBJECTS + 1
FEATURES = len(TYPES) + len(_COLOURS) + _COUNTED + 1 + 4 * _NUMBER


class ObjectEncoder(nn.Module):
    """Map type, colour, number and box of an object to a vector of D dimensions and variance 1.

    Numbers are encoded digit by digit, so that they can be copied; an object's number is that in its name. A
    flag marks the last object. `characters` embeds the next character to spell.
    """

    def __init__(self, dim: int, hidden_dim: int = 64) -> None:
        super().__init__()
        self.first = nn.Linear(FEATURES, hidden_dim)
        self.second = nn.Linear(hidden_dim, dim)
        self.direct = nn.Linear(FEATURES, dim, bias=False)
        self.norm = nn.LayerNorm(dim)
        self.characters = nn.Embedding(CHARACTERS, dim, padding_idx=NOTHING)

    def forward(self, features: Tensor) -> Tensor:
        """Map features (N, K, F) to vectors (N, K, D)."""
        hidden = nn.functional.gelu(self.first(features))
        vectors: Tensor = self.norm(self.direct(features) + self.second(hidden))
        return vectors


def features_of(layout: Layout) -> Tensor:
    """Return float32 (K, F): one row per object in drawing order, then rows of 0; K = 10."""
    rows = torch.zeros(MAX_OBJECTS, FEATURES)
    for line, (item, name) in enumerate(zip(drawn_order(layout), variables(layout), strict=True)):
        features = [
            *_one_hot(TYPES.index(item.type), len(TYPES)),
            *_one_hot(_COLOURS.index(colour_name(item.color)), len(_COLOURS)),
            *_one_hot(int(name_number(item.type, name) or 0), _COUNTED),
            float(line == len(layout.objects) - 1),
            *_numbers(item),
        ]
        rows[line] = torch.tensor(features)
    return rows


def _one_hot(place: int, count: int) -> list[float]:
    return [float(place == index) for index in range(count)]


def _numbers(item: Object) -> list[float]:
    numbers: list[float] = []
    for value in item.box:
        # Two decimals, as in the prompt.
        hundredths = round(abs(value) * 100)
        numbers += [2 * value / FRAME_WIDTH, float(value < 0)]
        for place in reversed(range(_PLACES)):
            digit = hundredths // 10**place % 10
            numbers += _one_hot(digit, 10)
    return numbers
