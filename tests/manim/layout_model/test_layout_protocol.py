"""Temperature scaling of confidences."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from jepamine.manim.layout_model.layout_protocol import FEWEST, fit_temperature, scaled
from jepamine.manim.layout_model.predictors.dense_module import LayoutDense


def test_a_temperature_of_one_changes_nothing():
    confidence = torch.tensor([0.0, 0.123456, 1.0])
    assert scaled(confidence, torch.ones(())) is confidence


def test_a_higher_temperature_moves_confidences_towards_a_half_and_keeps_their_order():
    confidence = torch.tensor([0.01, 0.4, 0.9, 0.999])
    softened = scaled(confidence, torch.tensor(3.0))
    assert ((softened - 0.5).abs() < (confidence - 0.5).abs()).all()
    assert (softened.diff() > 0).all()


def test_the_temperature_that_made_confidences_too_high_is_found_again():
    rng = np.random.default_rng(0)
    logits = rng.normal(1, 2, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-logits))
    overconfident = 1 / (1 + np.exp(-3 * logits))
    assert fit_temperature(overconfident, right) == pytest.approx(3, rel=0.1)


def test_two_kinds_of_scenes_weigh_the_same_whatever_their_number_of_predictions():
    rng = np.random.default_rng(0)
    logits = rng.normal(1, 2, 20_000)
    right = rng.random(20_000) < 1 / (1 + np.exp(-logits))
    kind = (np.arange(20_000) >= 18_000).astype(np.int64)
    # Those of the second kind, a tenth of all, are much too confident.
    confidence = 1 / (1 + np.exp(-np.where(kind, 6, 1) * logits))
    even = np.concatenate([np.flatnonzero(kind == 0)[:2_000], np.flatnonzero(kind)])
    expected = fit_temperature(confidence[even], right[even])
    assert fit_temperature(confidence, right) == pytest.approx(1.4, abs=0.1)
    assert fit_temperature(confidence, right, kind) == pytest.approx(expected, rel=0.1)


def test_too_few_predictions_leave_confidences_as_they_are():
    few = FEWEST - 1
    assert fit_temperature(np.full(few, 0.99), np.zeros(few, bool)) == 1.0


def test_weights_without_a_temperature_load_with_one():
    predictor = LayoutDense(3, (48, 96), (48, 96), (8, 16, 16), 1, 1, 4)
    state = predictor.state_dict()
    del state["temperature"]
    predictor.temperature.fill_(2.0)
    predictor.load_state_dict(state)
    assert predictor.temperature.item() == 1.0
