"""The protocol of layout predictors: modules with their own loss, decoding and calibrated confidences.

Shapes: N frames, L tokens of D dimensions per frame, K objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
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
class ProposalPredictor(Protocol):
    """A layout predictor that judges boxes which were proposed beforehand."""

    def judged(self, given: Tensors) -> Tensors:
        """Return the answer for the tensors of `predictors.proposal_crops.candidate_tensors`."""
        ...

    def loss(self, answer: Tensors, truth: Tensors) -> Tensor:
        """Return the mean loss, a scalar, as `LayoutPredictor` does."""
        ...


@runtime_checkable
class SelectingPredictor(Protocol):
    """A `ProposalPredictor` that selects objects among the boxes it judged, by rules that are fitted."""

    def fit_selection(self, frames: Sequence[tuple[Tensors, Tensors]]) -> None:
        """Fit the selection to frames: each the tensors to judge, with all proposals, and the truth."""
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


#: The least number of predictions to fit a temperature to.
FEWEST = 50
_TEMPERATURES = np.geomspace(0.5, 16, 101)
_EPSILON = 1e-6


def scaled(confidence: Tensor, temperature: Tensor) -> Tensor:
    """Return confidences in 0 .. 1 with their logits divided by a temperature; at 1 they are unchanged."""
    if float(temperature) == 1.0:
        return confidence
    return torch.sigmoid(torch.logit(confidence, _EPSILON) / temperature)


def fit_temperature(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], group: NDArray[np.int64] | None = None
) -> float:
    """Return the temperature with the least negative log-likelihood, between 0.5 and 16.

    It is 1 for fewer than `FEWEST` predictions. `confidence` (n,) is unscaled; `right` (n,) tells which
    predictions are correct, `group` (n,) to which of several kinds of scenes, each of which weighs the same,
    a prediction belongs.
    """
    if len(confidence) < FEWEST:
        return 1.0
    clipped = confidence.clip(_EPSILON, 1 - _EPSILON)
    logits = np.log(clipped / (1 - clipped))[None] / _TEMPERATURES[:, None]
    # -log(sigmoid(logit)) for correct predictions, -log(1 - sigmoid(logit)) for the others
    losses = np.logaddexp(0, np.where(right, -logits, logits))
    weights = None if group is None else 1 / np.bincount(group)[group]
    losses = np.average(losses, axis=1, weights=weights)
    return float(_TEMPERATURES[losses.argmin()])
