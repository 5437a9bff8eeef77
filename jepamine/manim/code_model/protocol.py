"""What a predictor that writes code is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from jepamine.manim.code_model.examples import Example
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout


class CodePredictor(Protocol):
    """A `torch.nn.Module` with these methods."""

    def loss(self, examples: Sequence[Example]) -> Tensor:
        """The mean next-token loss, in nats, over what is to be written for these scenes; a scalar."""
        ...

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Code for a layout; attempt 0 takes the likeliest token each time, later ones draw, each its own.

        Always ends, and gives the same for the same arguments.
        """
        ...
