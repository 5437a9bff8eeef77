"""The interface of a predictor that writes code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor

from jepamine.manim.code_model.examples import Example
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout


@runtime_checkable
class CodePredictor(Protocol):
    """A `torch.nn.Module` with these methods."""

    def loss(self, examples: Sequence[Example]) -> Tensor:
        """Return the mean next-token loss, in nats, over the code of these scenes; a scalar."""
        ...

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Write code for a layout; attempt 0 takes the likeliest token each time, later ones sample.

        Always ends, and gives the same result for the same arguments.
        """
        ...
