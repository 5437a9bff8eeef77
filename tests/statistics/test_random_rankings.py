"""What random rankings reach."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from jepamine.statistics.random_rankings import chance, expected_average_precision


def test_chance_ap_of_20_positives_in_83_clips_is_0_279_and_not_the_positive_rate():
    found = chance(83, 20, np.random.default_rng(0))["average_precision"]
    assert (found.mean, found.low, found.high) == pytest.approx((0.279, 0.195, 0.412), abs=0.005)
    assert found.exact == pytest.approx(0.2780, abs=5e-5)


@pytest.mark.parametrize(("clips", "positives"), [(2, 1), (5, 1), (6, 3), (7, 5), (4, 3)])
def test_the_expected_ap_is_the_mean_over_all_rankings(clips, positives):
    found = [
        average_precision_score(np.isin(np.arange(clips), chosen), -np.arange(clips))
        for chosen in itertools.combinations(range(clips), positives)
    ]
    assert expected_average_precision(clips, positives) == pytest.approx(np.mean(found), abs=1e-12)


@settings(deadline=None, max_examples=12)
@given(st.integers(20, 400), st.floats(0.02, 0.98))
def test_the_permutations_agree_with_the_expectations(clips, share):
    found = chance(clips, max(1, int(share * clips)), np.random.default_rng(0))
    for band in found.values():
        assert band.mean == pytest.approx(band.exact, abs=0.005)
        assert 0 <= band.low < band.exact < band.high <= 1


def test_the_auroc_band_is_that_of_the_mann_whitney_statistic():
    found = chance(83, 20, np.random.default_rng(0))["auroc"]
    # Standard deviation of U over the number of pairs, normal approximation.
    half = 1.96 * np.sqrt((83 + 1) / (12 * 20 * 63))
    assert (found.low, found.high, found.exact) == pytest.approx((0.5 - half, 0.5 + half, 0.5), abs=0.005)


def test_many_clips_in_several_batches_give_as_many_permutations():
    batches = chance(60_000, 6_000, np.random.default_rng(0), permutations=200)["average_precision"]
    assert batches.mean == pytest.approx(batches.exact, abs=0.001)
    assert batches.exact == pytest.approx(0.1, abs=0.001)
