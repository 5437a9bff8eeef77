"""Intervals over scenes."""

import numpy as np
import pytest
from scipy.stats import rankdata
from scipy.stats import t as student
from sklearn.metrics import average_precision_score

from jepamine.statistics.intervals import (
    auroc_interval,
    draw_scenes,
    lift_interval,
    percentile_interval,
    precision_interval,
    resampled_metrics,
    share_interval,
)
from jepamine.statistics.metrics import expected_hits
from jepamine.statistics.scene_auroc import auroc_influence, group_by_scene, intraclass_correlation


def grouped(positive_scenes, scenes=10, clips=6):
    labels = np.zeros((scenes, clips), dtype=int)
    labels[:positive_scenes, 0] = 1
    return labels.ravel(), group_by_scene(np.repeat(np.arange(scenes), clips), labels.ravel())


@pytest.mark.parametrize(
    ("positive_scenes", "auroc", "lift"), [(2, False, False), (3, True, False), (5, True, True)]
)
def test_intervals_need_3_scenes_with_a_positive_and_those_of_shares_5(positive_scenes, auroc, lift):
    labels, scenes = grouped(positive_scenes)
    samples = np.random.default_rng(0).uniform(0.3, 0.7, 200)
    influence = auroc_influence(np.arange(60.0), labels, scenes)
    assert (auroc_interval(influence, scenes) is not None) == auroc
    assert (precision_interval(0.5, samples, scenes) is not None) == auroc
    assert (lift_interval(0.5, 0.1, samples, scenes) is not None) == lift
    assert (share_interval(0.5, 10, samples, scenes) is not None) == lift


def test_a_perfect_ranking_has_an_interval_that_is_not_a_point():
    labels, scenes = grouped(5)
    low, high = auroc_interval(auroc_influence(labels + 0.0, labels, scenes), scenes)
    assert 0.5 < low < 0.97
    assert high == 1
    low, high = precision_interval(1.0, np.ones(100), scenes)
    assert low < 0.7
    assert high > 0.98


def test_the_lift_interval_is_that_of_ap_over_chance():
    samples, (_, scenes) = np.random.default_rng(0).uniform(0.3, 0.7, 200), grouped(6)
    low, high = precision_interval(0.5, samples, scenes)
    assert lift_interval(0.5, 0.1, samples, scenes) == pytest.approx((low / 0.1, high / 0.1))


def test_without_a_design_effect_a_share_has_wilsons_interval():
    _, scenes = grouped(6)
    q = student.ppf(0.975, 6)
    centre, half = (0.3 * 20 + q * q / 2) / (20 + q * q), q / (20 + q * q) * (0.21 * 20 + q * q / 4) ** 0.5
    found = share_interval(0.3, 20, np.full(100, 0.3), scenes)
    assert found == pytest.approx((centre - half, centre + half))
    wide = share_interval(0.3, 20, np.random.default_rng(0).choice([0.0, 0.6], 1000), scenes)
    assert wide[1] - wide[0] > 1.3 * 2 * half


def test_scenes_that_are_alike_inside_widen_the_interval():
    random = np.random.default_rng(0)
    scene = np.repeat(np.arange(12), 20)
    labels = (random.random(240) < 0.3).astype(int)
    scores = random.normal(size=12)[scene] + 0.1 * random.normal(size=240)
    widths = []
    for names in (scene, np.arange(240)):
        grouping = group_by_scene(names, labels)
        low, high = auroc_interval(auroc_influence(scores, labels, grouping), grouping)
        widths.append(high - low)
    assert widths[0] > widths[1]


def test_an_auroc_near_1_is_less_certain_where_the_negatives_of_a_scene_are_alike():
    random = np.random.default_rng(0)
    labels, scenes = grouped(5)
    shared = random.normal(size=10)[scenes.number]
    lows = []
    for noise in (random.normal(size=60), shared + 0.1 * random.normal(size=60)):
        influence = auroc_influence(noise + 50 * labels, labels, scenes)
        assert influence.auroc == 1
        lows.append(auroc_interval(influence, scenes)[0])
    assert lows[1] < lows[0] - 0.02


def test_the_interval_holds_the_auroc_itself():
    for scores in (np.arange(60.0), -np.arange(60.0), np.zeros(60)):
        for positive_scenes in (3, 9):
            labels, scenes = grouped(positive_scenes)
            influence = auroc_influence(scores, labels, scenes)
            low, high = auroc_interval(influence, scenes)
            assert 0 <= low <= influence.auroc <= high <= 1


def test_the_correlation_within_groups_is_that_of_the_analysis_of_variance():
    groups = np.repeat(np.arange(2000), 5)
    random = np.random.default_rng(0)
    values = 0.6**0.5 * random.normal(size=2000)[groups] + 0.4**0.5 * random.normal(size=10_000)
    assert intraclass_correlation(rankdata(values), groups) == pytest.approx(0.6, abs=0.02)
    assert intraclass_correlation(rankdata(random.normal(size=10_000)), groups) < 0.02
    assert intraclass_correlation(np.arange(1.0, 6), np.arange(5)) == 1
    assert intraclass_correlation(np.full(6, 3.5), np.array([0, 0, 0, 1, 1, 1])) == 0


def rng():
    return np.random.default_rng(0)


def test_each_resample_holds_whole_scenes_as_many_as_there_are():
    scenes = group_by_scene(list("aabbbc"), np.array([1, 0, 1, 0, 0, 1]))
    assert scenes.number.tolist() == [0, 0, 1, 1, 1, 2]
    counts = draw_scenes(scenes, rng(), 50)
    assert counts.shape == (50, 3)
    assert set(counts.sum(axis=1)) == {3}


def test_resamples_without_both_labels_are_drawn_again():
    # Only scene a holds positives and it holds nothing else, so every resample needs it and another one.
    counts = draw_scenes(group_by_scene(list("aabbcc"), np.array([1, 1, 0, 0, 0, 0])), rng(), 200)
    assert len(counts) == 200
    assert set(counts[:, 0]) == {1, 2}


def test_a_resample_has_the_metrics_of_its_copied_clips():
    random = rng()
    scores, labels = random.integers(0, 8, 30).astype(float), (random.random(30) < 0.3).astype(int)
    scenes = group_by_scene([str(clip % 7) for clip in range(30)], labels)
    counts = draw_scenes(scenes, random, 40)
    found = resampled_metrics(scores, labels, scenes, counts, (10,))
    for row, times in enumerate(counts[:, scenes.number]):
        copied, values = np.repeat(labels, times), np.repeat(scores, times)
        hits = expected_hits(values, copied, 10) if len(values) >= 10 else copied.sum()
        assert found["average_precision"][row] == pytest.approx(average_precision_score(copied, values))
        assert found["precision_at_10"][row] == pytest.approx(hits / 10)
        assert found["recall_at_10"][row] == pytest.approx(hits / copied.sum())


def test_the_interval_spans_the_central_95_percent():
    assert percentile_interval(np.arange(1001.0)) == (25.0, 975.0)
