"""Tokens, and what each is told of the layout: its object, and what the object's text says next."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from jepamine.code_task.prompt import drawn_order, literal
from jepamine.code_task.written import About
from jepamine.layouts import Layout

#: ASCII is all that a text's literal holds; then its end, and what objects without a text say.
END, NOTHING = 128, 129
CHARACTERS = 130


def rows_of(layout: Layout, tokens: Sequence[int], about: Sequence[About]) -> Tensor:
    """Int64 (3, T): tokens; the object that each is about, from 1; and the character after it.

    That is the one at the token's place in the text of its object, of `CHARACTERS`; the first one as long as
    the text has not begun.
    """
    says = [literal(item)[1:-1] if item.type == "text" else None for item in drawn_order(layout)]
    owners = [one.owner for one in about]
    characters = [_next(says[one.owner - 1] if one.owner else None, one.place) for one in about]
    return torch.tensor([list(tokens), owners, characters])


def _next(text: str | None, place: int) -> int:
    if text is None:
        return NOTHING
    return ord(text[place]) if place < len(text) else END
