"""The protocol of predictors that write code."""

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
        """Return the mean next-token loss over the code of these scenes, in nats; a scalar."""
        ...

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Write code for a layout: attempt 0 is greedy, later attempts sample, each with its own seed.

        Always terminates, and returns the same code for the same arguments.
        """
        ...
