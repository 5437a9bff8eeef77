"""Temperature scaling of confidences (Guo et al. 2017, arXiv:1706.04599), fitted on scenes not trained on."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

#: The least number of predictions to fit a temperature to.
FEWEST = 50
_TEMPERATURES = np.geomspace(0.5, 16, 101)
_EPSILON = 1e-6


def scaled(confidence: Tensor, temperature: Tensor) -> Tensor:
    """Return confidences in 0 .. 1 with their logits divided by a temperature; at 1 they are unchanged."""
    if float(temperature) == 1.0:
        return confidence
    return torch.sigmoid(torch.logit(confidence, _EPSILON) / temperature)


def fit_temperature(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the temperature with the least negative log-likelihood, between 0.5 and 16.

    It is 1 for fewer than `FEWEST` predictions. `confidence` (n,) is unscaled; `right` (n,) tells which
    predictions are correct.
    """
    if len(confidence) < FEWEST:
        return 1.0
    clipped = confidence.clip(_EPSILON, 1 - _EPSILON)
    logits = np.log(clipped / (1 - clipped))[None] / _TEMPERATURES[:, None]
    # -log(sigmoid(logit)) for correct predictions, -log(1 - sigmoid(logit)) for the others
    losses = np.logaddexp(0, np.where(right, -logits, logits)).mean(axis=1)
    return float(_TEMPERATURES[losses.argmin()])
