"""Probabilities that are what they say, also for rare events and for a head that knows nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from scipy.special import expit

from jepamine.mining.calibration import LEAST_SLOPE, Calibration, cross_fitted, fit_of, platt
from jepamine.mining.fit_probe import fit, out_of_fold


def drawn(count: int, base_rate: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Log odds that are twice too sure and ignore the base rate, and labels by the true ones."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(scale=4, size=count)
    truth = expit(0.5 * log_odds + np.log(base_rate / (1 - base_rate)))
    return log_odds, (rng.random(count) < truth).astype(int)


def test_platt_is_the_sigmoid_of_least_log_loss_to_his_targets():
    log_odds, labels = drawn(200, 0.2)
    positives, negatives = labels.sum(), (1 - labels).sum()
    target = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(parameters: np.ndarray) -> float:
        p = expit(parameters[0] * log_odds + parameters[1])
        return float(-(target * np.log(p) + (1 - target) * np.log(1 - p)).sum())

    expected = minimize(loss, [1.0, 0.0], method="BFGS", options={"gtol": 1e-8}).x
    calibration = platt(log_odds, labels)
    assert_allclose([calibration.slope, calibration.intercept], expected, rtol=1e-3)


def test_platt_finds_the_true_probabilities():
    log_odds, labels = drawn(20_000, 0.1)
    calibration = platt(log_odds, labels)
    assert calibration.slope == pytest.approx(0.5, abs=0.03)
    assert calibration.intercept == pytest.approx(np.log(1 / 9), abs=0.1)


def test_scores_that_run_against_the_labels_keep_their_order_at_the_base_rate():
    calibration = platt(np.array([3.0, 2.0, -2.0, -3.0]), np.array([0, 0, 1, 1]))
    assert calibration == Calibration(LEAST_SLOPE, pytest.approx(0.0))


def test_another_base_rate_shifts_the_odds_by_their_ratio():
    # At odds of 1 in 1 probability 0.5 means odds 1; at 1 in 9, odds of 1/9.
    shifted = Calibration(1.0, 0.0).at_base_rate(0.5, 0.1)
    assert_allclose(shifted.probabilities(np.array([0.0, np.log(9)])), [0.1, 0.5])
    assert shifted.at_base_rate(0.1, 0.5).intercept == pytest.approx(0.0)


def test_each_clip_is_judged_by_a_calibration_of_the_other_folds():
    log_odds, labels = drawn(60, 0.3)
    folds = np.arange(60) % 3
    probabilities = cross_fitted(log_odds, labels, folds)
    inside = folds == 1
    expected = platt(log_odds[~inside], labels[~inside]).probabilities(log_odds[inside])
    assert_allclose(probabilities[inside], expected)


def test_brier_score_and_reliability_by_hand():
    fit = fit_of(np.array([0.1, 0.9, 0.3, 0.7, 0.5]), np.array([0, 1, 1, 1, 0]))
    assert fit["brier"] == pytest.approx((0.01 + 0.01 + 0.49 + 0.09 + 0.25) / 5)
    assert fit["brier_of_base_rate"] == pytest.approx(0.24)
    assert [row["clips"] for row in fit["reliability"]] == [1] * 5
    assert [row["predicted"] for row in fit["reliability"]] == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    assert [row["observed"] for row in fit["reliability"]] == [0, 1, 0, 1, 1]


def test_reliability_of_fewer_clips_than_bins_has_a_row_a_clip():
    assert len(fit_of(np.array([0.2, 0.4]), np.array([0, 1]))["reliability"]) == 2


def test_a_probe_that_knows_nothing_gives_the_base_rate():
    rng = np.random.default_rng(0)
    labels = (np.arange(400) % 20 == 0).astype(int)
    scenes = [f"s{number // 10}" for number in range(400)]
    rows = rng.normal(size=(400, 8))
    held_out = out_of_fold(rows, labels, scenes)
    assert held_out is not None
    log_odds, folds = held_out
    assert expit(log_odds).mean() > 0.4  # what the balanced head alone gives, at a base rate of 0.05
    probabilities = cross_fitted(log_odds, labels, folds)
    assert probabilities.mean() == pytest.approx(0.05, abs=0.01)
    assert fit_of(probabilities, labels)["brier"] == pytest.approx(0.05 * 0.95, abs=0.002)
    new = fit(rows, labels).decide(rng.normal(size=(5000, 8)))
    assert platt(log_odds, labels).probabilities(new).mean() == pytest.approx(0.05, abs=0.02)
