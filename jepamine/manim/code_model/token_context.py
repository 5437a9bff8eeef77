"""The object of the layout that a token of a prompt or of code belongs to, by the lines before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from jepamine.manim.code_model.prompt import LAST, drawn_order, literal, variables
from jepamine.manim.layouts import Layout

# A complete string; and what starts a line, with a name that is not complete yet.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_IN_NAME = re.compile(r"(?:# |\s*)[a-z_]*(\d*)")


@dataclass(frozen=True)
class About:
    """The object that a token belongs to, from 1 in drawing order, 0 for none; and its position in the words.

    `place` counts the characters before the token's first one: of the number in the object's name, in a
    name (`circle_12`: 1 and 2), else after an opening quote; 0 elsewhere.
    """

    owner: int
    part: Literal["name", "rest"]
    place: int


def about(text: str, count: int) -> About:
    """Return the object of the last token of a text that ends with that token's first character.

    In a prompt and in a body that is object i of `count` on line i, which starts with its line break. In
    the line that shows the objects it is the one whose turn it is, a comma belonging to the next one.
    """
    number = text.count("\n")
    line = text[text.rfind("\n") + 1 :]
    if 0 < number <= count:
        name = _IN_NAME.fullmatch(line)
        if name:
            return About(number, "name", len(name[1]))
        _, opened, inside = _STRING.sub("", line).partition('"')
        return About(number, "rest", len(inside) if opened else 0)
    last = line.lstrip()
    if number == count + 1 and (not last or last.startswith(LAST)):
        names = last.removeprefix(LAST).split(",")
        name = _IN_NAME.fullmatch(names[-1])
        return About(min(len(names), count), "name", len(name[1]) if name else 0)
    return About(0, "rest", 0)


#: Only ASCII is spelled; then its end, and the placeholder of objects without a text.
END, NOTHING = 128, 129
CHARACTERS = 130


def rows_of(layout: Layout, tokens: Sequence[int], about: Sequence[About]) -> Tensor:
    """Return int64 (3, T): tokens; the object of each, from 1; and the next character.

    In a name that is the next digit of its number, elsewhere the next character of the object's text, which
    is the first one until the text starts.
    """
    objects = drawn_order(layout)
    numbers = [name_number(item.type, name) for item, name in zip(objects, variables(layout), strict=True)]
    texts = [literal(item)[1:-1] if item.type == "text" else None for item in objects]
    characters = []
    for one in about:
        spelled = numbers if one.part == "name" else texts
        characters.append(_next(spelled[one.owner - 1] if one.owner else None, one.place))
    return torch.tensor([list(tokens), [one.owner for one in about], characters])


def name_number(type_: str, name: str) -> str:
    """Return the number in an object's name, "" without one."""
    return name.removeprefix(type_).removeprefix("_")


def _next(spelled: str | None, place: int) -> int:
    if spelled is None:
        return NOTHING
    return ord(spelled[place]) if place < len(spelled) else END
