"""Tokens, and what each is told of the layout: its object, and what is to be spelled next of its words."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from jepamine.manim.code_model.prompt import drawn_order, literal, variables
from jepamine.manim.code_model.token_context import About
from jepamine.manim.layouts import Layout

#: ASCII is all that is spelled; then the end of it, and what objects without a text say.
END, NOTHING = 128, 129
CHARACTERS = 130


def rows_of(layout: Layout, tokens: Sequence[int], about: Sequence[About]) -> Tensor:
    """Int64 (3, T): tokens; the object that each is about, from 1; and the character to come.

    In a name that is the next digit of its number, elsewhere the next character of the object's text, which
    is the first one as long as the text has not begun.
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
    """The number in an object's name, "" where it has none."""
    return name.removeprefix(type_).removeprefix("_")


def _next(spelled: str | None, place: int) -> int:
    if spelled is None:
        return NOTHING
    return ord(spelled[place]) if place < len(spelled) else END
