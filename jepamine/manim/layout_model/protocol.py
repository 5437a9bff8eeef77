"""The interface of a layout predictor: a module with its own loss and decoding.

Legend of shapes: N frames, L tokens of D dimensions that the encoder gives for a frame, K = 10 objects.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor

from jepamine.manim.layouts import Layout
from jepamine.protocols import Tensors


@runtime_checkable
class LayoutPredictor(Protocol):
    """A `torch.nn.Module` with these methods. The content of `answer` is up to the predictor.

    `grid` (rows, columns) is that of the tokens it was built for. Predictors differ in what they answer (a
    map of the frame, a set of objects), so each brings its loss.
    """

    grid: tuple[int, int]

    def __call__(self, tokens: Tensor, hidden: Tensor) -> Tensors:
        """Return the answer for tokens float32 (N, L, D) of frames whose patches `hidden` are filled with 0.

        `hidden` is bool (N, rows, columns), True where hidden; rows and columns tile the frame.
        """
        ...

    def loss(self, answer: Tensors, truth: Tensors) -> Tensor:
        """Compute the mean loss, a scalar; `truth` is what `layout_model.targets.truth_tensors` returns."""
        ...

    def layouts(self, answer: Tensors) -> list[Layout]:
        """Decode an answer into N layouts."""
        ...

    def imitation(self, answer: Tensors, teacher: Tensors, temperature: float) -> Tensor:
        """Return how far an answer is from another predictor's of the same kind, for distillation.

        A scalar.
        """
        ...
