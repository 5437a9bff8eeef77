"""Encode the objects of a layout for a language model, and find the one that a token belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from jepamine.manim.code_model.prompt import LAST, colour_name, drawn_order, text_literal, variables
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.layouts import FRAME_WIDTH, MAX_OBJECTS, TYPES, Layout, Object

# A complete string; and the beginning of a line up to an incomplete name.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_IN_NAME = re.compile(r"(?:# |\s*)[a-z_]*(\d*)")


@dataclass(frozen=True)
class TokenContext:
    """The context of a token: its object, from 1 in drawing order (0: none), and its position in the text.

    `place` counts the characters before the token: in a name those of the object's number (`circle_12`: 1 and
    2), in a string those after the opening quote; 0 elsewhere.
    """

    owner: int
    part: Literal["name", "rest"]
    place: int


def token_context(text: str, count: int) -> TokenContext:
    """Return the context of the last token of a text that ends with the token's first character.

    In a prompt and in a body, line i belongs to object i of `count` from its line break on. In the line that
    shows the objects, each name belongs to its object together with the comma before it.
    """
    number = text.count("\n")
    line = text[text.rfind("\n") + 1 :]
    if 0 < number <= count:
        name = _IN_NAME.fullmatch(line)
        if name:
            return TokenContext(number, "name", len(name[1]))
        _, opened, inside = _STRING.sub("", line).partition('"')
        return TokenContext(number, "rest", len(inside) if opened else 0)
    last = line.lstrip()
    if number == count + 1 and (not last or last.startswith(LAST)):
        names = last.removeprefix(LAST).split(",")
        name = _IN_NAME.fullmatch(names[-1])
        return TokenContext(min(len(names), count), "name", len(name[1]) if name else 0)
    return TokenContext(0, "rest", 0)


#: Characters to spell: ASCII, the end of a text, and none.
END, NOTHING = 128, 129
CHARACTERS = 130


def rows_of(layout: Layout, tokens: Sequence[int], contexts: Sequence[TokenContext]) -> Tensor:
    """Return int64 (3, T): tokens; the object of each, from 1; and the next character to spell.

    In a name the next character is a digit of its number, elsewhere a character of the object's text (the
    first one before the text begins).
    """
    objects = drawn_order(layout)
    numbers = [name_number(item.type, name) for item, name in zip(objects, variables(layout), strict=True)]
    texts = [text_literal(item)[1:-1] if item.type == "text" else None for item in objects]
    characters = []
    for context in contexts:
        spelled = numbers if context.part == "name" else texts
        characters.append(_next(spelled[context.owner - 1] if context.owner else None, context.place))
    return torch.tensor([list(tokens), [context.owner for context in contexts], characters])


def name_number(type_: str, name: str) -> str:
    """Return the number in an object's name, "" if it has none."""
    return name.removeprefix(type_).removeprefix("_")


def _next(spelled: str | None, place: int) -> int:
    if spelled is None:
        return NOTHING
    return ord(spelled[place]) if place < len(spelled) else END


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
