"""Paired differences of two scorers."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from jepamine.statistics.paired import mean_difference, paired_differences
from jepamine.statistics.scene_auroc import auroc_influence, cluster_variance, group_by_scene


def example(seed=0, clips=80, scenes=10):
    random = np.random.default_rng(seed)
    labels = (random.random(clips) < 0.3).astype(np.int64)
    names = [f"scene {clip % scenes}" for clip in range(clips)]
    return random.random(clips) + 0.4 * labels, np.round(random.random(clips), 1), labels, names


@pytest.mark.parametrize("seed", range(5))
def test_the_differences_are_those_of_scikit_learns_metrics(seed):
    first, second, labels, scenes = example(seed)
    found = paired_differences(first, second, labels, scenes)
    assert found["auroc"].difference == pytest.approx(
        roc_auc_score(labels, first) - roc_auc_score(labels, second), abs=1e-12
    )
    assert found["average_precision"].difference == pytest.approx(
        average_precision_score(labels, first) - average_precision_score(labels, second), abs=1e-12
    )
    for difference in found.values():
        assert difference.low < difference.difference < difference.high
        assert (difference.p < 0.05) == (difference.low > 0 or difference.high < 0)


def test_swapping_the_scorers_mirrors_the_interval():
    first, second, labels, scenes = example()
    there = paired_differences(first, second, labels, scenes)["auroc"]
    back = paired_differences(second, first, labels, scenes)["auroc"]
    assert (back.low, back.high, back.p) == pytest.approx((-there.high, -there.low, there.p))


def test_a_scorer_does_not_differ_from_itself():
    first, _, labels, scenes = example()
    for difference in paired_differences(first, first, labels, scenes).values():
        assert (difference.difference, difference.low, difference.high, difference.p) == (0, 0, 0, 1)


@pytest.mark.parametrize("label", [0, 1])
def test_two_scenes_with_one_of_the_labels_give_no_interval(label):
    first, second, labels, scenes = example()
    labels = np.array([label if int(scene[-1]) < 2 else 1 - label for scene in scenes])
    found = paired_differences(first, second, labels, scenes)
    assert found["auroc"].low is None
    assert found["average_precision"].p is None


def test_with_a_scene_a_clip_the_variance_is_close_to_delongs():
    random = np.random.default_rng(1)
    labels = np.arange(400) % 4 // 3
    scores = random.normal(size=400) + labels
    positives, negatives = scores[labels == 1], scores[labels == 0]
    above = positives[:, None] > negatives
    delong = above.mean(axis=1).var(ddof=1) / 100 + above.mean(axis=0).var(ddof=1) / 300
    scenes = group_by_scene(np.arange(400), labels)
    influence = auroc_influence(scores, labels, scenes)
    assert cluster_variance(influence.positives, influence.negatives, scenes) == pytest.approx(delong)


def test_a_mean_difference_with_a_scene_a_clip_is_the_paired_t_test():
    from scipy.stats import ttest_rel

    random = np.random.default_rng(0)
    first, second = random.random(12), random.random(12)
    found = mean_difference(first, second, [str(clip) for clip in range(12)])
    exact = ttest_rel(first, second)
    interval = exact.confidence_interval()
    assert (found.p, found.low, found.high) == pytest.approx((exact.pvalue, interval.low, interval.high))
    assert mean_difference(first, second, ["a"] * 6 + ["b"] * 6).low is None
