"""The protocol of layout predictors: modules that bring their own loss and decoding.

Shapes: N frames, L tokens of D dimensions per frame, K objects.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from jepamine.manim.layouts import MAX_OBJECTS, Layout
from jepamine.protocols import Tensors


@runtime_checkable
class LayoutPredictor(Protocol):
    """A `torch.nn.Module` with these methods. The content of `answer` is private to the predictor.

    `grid` (rows, columns) is the grid of tokens it was built for. Predictors differ in their outputs (a map
    of the frame, a set of objects), so each defines its own loss.
    """

    grid: tuple[int, int]

    def __call__(self, tokens: Tensor, hidden: Tensor) -> Tensors:
        """Return the answer for tokens float32 (N, L, D) of frames whose patches `hidden` are zeroed.

        `hidden` is bool (N, rows, columns), True where hidden; rows and columns tile the frame.
        """
        ...

    def loss(self, answer: Tensors, truth: Tensors) -> Tensor:
        """Return the mean loss, a scalar; `truth` is the result of `layout_model.targets.target_tensors`."""
        ...

    def layouts(self, answer: Tensors) -> list[Layout]:
        """Decode an answer to N layouts."""
        ...

    def imitation(self, answer: Tensors, teacher: Tensors, temperature: float) -> Tensor:
        """Return the distance to the answer of a predictor of the same kind, for distillation; a scalar."""
        ...


@runtime_checkable
class BoundedPredictor(Protocol):
    """A predictor that returns at most `max_objects` objects; others return at most 10."""

    max_objects: int


@runtime_checkable
class CalibratedPredictor(Protocol):
    """A predictor whose confidences have a temperature."""

    def set_temperature(self, value: float) -> None:
        """Divide the logits of all later confidences by `value`."""
        ...


def object_limit(predictor: Any) -> int:
    """Return the most objects that a predictor returns."""
    return predictor.max_objects if isinstance(predictor, BoundedPredictor) else MAX_OBJECTS
