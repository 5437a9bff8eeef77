"""AP, AUROC, NDCG, precision and recall at k of one ranking."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from jepamine.statistics import metrics as weighted
from jepamine.statistics.metrics import chance, expected_average_precision, expected_hits, metrics


@st.composite
def rankings(draw, most=12):
    """Scores with many ties and labels of both kinds."""
    count = draw(st.integers(2, most))
    scores = draw(st.lists(st.integers(-3, 3), min_size=count, max_size=count))
    labels = draw(
        st.lists(st.integers(0, 1), min_size=count, max_size=count).filter(lambda x: len(set(x)) > 1)
    )
    return np.array(scores, dtype=float), np.array(labels)


def orders(scores):
    """Every order, highest score first, of clips whose ties are broken in every way."""
    return [o for o in itertools.permutations(range(len(scores))) if all(np.diff(scores[list(o)]) <= 0)]


def test_the_metrics_of_four_clips_are_exact():
    found = metrics(np.array([0.9, 0.8, 0.7, 0.1]), np.array([1, 0, 1, 0]))
    ap = (1 + 2 / 3) / 2
    # Random orders of 4 clips, 2 positive: (H_4 + (4 - H_4) / 3) / 4.
    chance = (25 / 12 + (4 - 25 / 12) / 3) / 4
    ndcg = (1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3))
    assert found == pytest.approx(
        {
            "average_precision": ap, "average_precision_over_ties": ap, "auroc": 0.75, "ndcg": ndcg,
            "lift": ap / chance,
        }, abs=1e-15
    )  # fmt: skip


def test_precision_and_recall_at_k_are_missing_where_there_are_fewer_than_k_clips():
    found = metrics(np.arange(60.0), np.arange(60) >= 55)
    shown = {key: value for key, value in found.items() if "_at_" in key}
    assert shown == {"precision_at_10": 0.5, "recall_at_10": 1.0, "precision_at_50": 0.1, "recall_at_50": 1.0}


def test_a_constant_scorer_has_lift_1_though_its_ap_is_under_chance():
    found = metrics(np.zeros(83), np.arange(83) < 20)
    assert found["average_precision"] == pytest.approx(20 / 83, abs=1e-15)
    assert found["lift"] == pytest.approx(1, abs=1e-14)
    assert found["precision_at_10"] == pytest.approx(20 / 83, abs=1e-15)


@settings(deadline=None, max_examples=50)
@given(rankings(most=6))
def test_ap_over_ties_and_hits_at_k_are_the_means_over_all_orders(ranking):
    scores, labels = ranking
    ranked = [labels[list(order)] for order in orders(scores)]
    found = weighted.average_precision_over_ties(weighted.cumulate(scores, labels))
    places = -np.arange(len(labels))
    assert found[0] == pytest.approx(np.mean([average_precision_score(one, places) for one in ranked]))
    for k in range(1, len(labels) + 1):
        assert expected_hits(scores, labels, k) == pytest.approx(np.mean([one[:k].sum() for one in ranked]))


@settings(deadline=None, max_examples=50)
@given(rankings(), st.data())
def test_weights_count_as_copies_do_in_scikit_learn(ranking, data):
    scores, labels = ranking
    size = len(scores)
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size)))
    weights[[labels.argmax(), labels.argmin()]] += 1
    found = weighted.cumulate(scores, labels, weights[None])
    copies = np.repeat(labels, weights), np.repeat(scores, weights)
    assert weighted.average_precision(found)[0] == pytest.approx(average_precision_score(*copies), abs=1e-12)
    assert weighted.auroc(found)[0] == pytest.approx(roc_auc_score(*copies), abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(rankings(), st.randoms())
def test_the_order_of_the_clips_changes_nothing(ranking, random):
    scores, labels = ranking
    order = random.sample(range(len(scores)), len(scores))
    assert metrics(scores[order], labels[order]) == pytest.approx(metrics(scores, labels), abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(rankings())
def test_a_rising_map_of_the_scores_changes_nothing(ranking):
    scores, labels = ranking
    assert metrics(np.exp(scores) - 40, labels) == pytest.approx(metrics(scores, labels), abs=1e-12)


def test_chance_ap_of_20_positives_in_83_clips_is_0_279_and_not_the_positive_rate():
    found = chance(83, 20, np.random.default_rng(0))["average_precision"]
    assert (found["mean"], found["low"], found["high"]) == pytest.approx((0.279, 0.195, 0.412), abs=0.005)
    assert found["exact"] == pytest.approx(0.2780, abs=5e-5)


@pytest.mark.parametrize(("clips", "positives"), [(2, 1), (5, 1), (6, 3), (7, 5), (4, 3)])
def test_the_expected_ap_is_the_mean_over_all_rankings(clips, positives):
    found = [
        average_precision_score(np.isin(np.arange(clips), chosen), -np.arange(clips))
        for chosen in itertools.combinations(range(clips), positives)
    ]
    assert expected_average_precision(clips, positives) == pytest.approx(np.mean(found), abs=1e-12)


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(st.integers(20, 400), st.floats(0.02, 0.98))
def test_the_permutations_agree_with_the_expectations(clips, share):
    found = chance(clips, max(1, int(share * clips)), np.random.default_rng(0))
    for band in found.values():
        assert band["mean"] == pytest.approx(band["exact"], abs=0.005)
        assert 0 <= band["low"] < band["exact"] < band["high"] <= 1


def test_the_auroc_band_is_that_of_the_mann_whitney_statistic():
    found = chance(83, 20, np.random.default_rng(0))["auroc"]
    # Standard deviation of U over the number of pairs, normal approximation.
    half = 1.96 * np.sqrt((83 + 1) / (12 * 20 * 63))
    assert (found["low"], found["high"], found["exact"]) == pytest.approx(
        (0.5 - half, 0.5 + half, 0.5), abs=0.005
    )


def test_many_clips_in_several_batches_give_as_many_permutations():
    batches = chance(60_000, 6_000, np.random.default_rng(0), permutations=200)["average_precision"]
    assert batches["mean"] == pytest.approx(batches["exact"], abs=0.001)
    assert batches["exact"] == pytest.approx(0.1, abs=0.001)
