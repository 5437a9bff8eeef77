"""Tokens, and what each is about."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from jepamine.code_task.written import About


@dataclass(frozen=True)
class Told:
    """Tokens of a text, and what each is about."""

    tokens: list[int]
    about: list[About]

    def rows(self) -> Tensor:
        """Int64 (3, T): tokens, owners, and places in texts."""
        owners, places = [one.owner for one in self.about], [one.place for one in self.about]
        return torch.tensor([self.tokens, owners, places])
