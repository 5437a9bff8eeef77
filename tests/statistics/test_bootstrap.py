"""Intervals over scenes."""

import time

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from jepamine.statistics.bootstrap import draw, interval, resampled
from jepamine.statistics.chance import expected_average_precision


def rng():
    return np.random.default_rng(0)


def test_each_resample_holds_whole_scenes_as_many_as_there_are():
    drawn = draw(list("aabbbc"), np.array([1, 0, 1, 0, 0, 1]), rng(), 50)
    assert drawn.counts.shape == (50, 3)
    assert set(drawn.counts.sum(axis=1)) == {3}
    assert drawn.scene_of.tolist() == [0, 0, 1, 1, 1, 2]


def test_resamples_without_both_labels_are_drawn_again():
    # Only scene a holds positives and it holds nothing else, so every resample needs it and another one.
    drawn = draw(list("aabbcc"), np.array([1, 1, 0, 0, 0, 0]), rng(), 200)
    assert len(drawn.counts) == 200
    assert set(drawn.counts[:, 0]) == {1, 2}


@pytest.mark.parametrize("scenes", ["aaaa", "abab"])
def test_one_or_two_scenes_have_no_resamples(scenes):
    assert draw(list(scenes), np.array([0, 1, 0, 1]), rng()) is None


def test_a_resample_has_the_metrics_of_its_copied_clips():
    random = rng()
    scores, labels = random.integers(0, 8, 30).astype(float), (random.random(30) < 0.3).astype(int)
    drawn = draw([str(clip % 7) for clip in range(30)], labels, random, 40)
    found = resampled(scores, labels, drawn)
    for row, counts in enumerate(drawn.counts):
        times = counts[drawn.scene_of]
        copied, values = np.repeat(labels, times), np.repeat(scores, times)
        assert found["average_precision"][row] == pytest.approx(average_precision_score(copied, values))
        assert found["auroc"][row] == pytest.approx(roc_auc_score(copied, values))


def test_the_lift_is_over_the_chance_ap_of_the_resample_itself():
    labels = np.array([1, 0, 0, 1, 0, 1, 0, 0, 0])
    drawn = draw(list("aaabbcccc"), labels, rng(), 20)
    lifts = resampled(labels.astype(float), labels, drawn)["lift"]
    times = drawn.counts[:, drawn.scene_of]
    chances = [expected_average_precision(int(t.sum()), int(t @ labels)) for t in times]
    assert lifts == pytest.approx(1 / np.array(chances))


def test_the_order_of_the_clips_changes_no_resample():
    random = rng()
    scores, labels = random.random(40), (np.arange(40) % 3 == 0).astype(int)
    scenes = [f"scene {clip % 6}" for clip in range(40)]
    order = random.permutation(40)
    plain = resampled(scores, labels, draw(scenes, labels, rng()))
    moved = resampled(scores[order], labels[order], draw([scenes[i] for i in order], labels[order], rng()))
    assert all((plain[name] == moved[name]).all() for name in plain)


def test_clips_of_one_scene_that_are_alike_widen_the_interval():
    random = rng()
    scene_of = np.repeat(np.arange(10), 20)
    labels = (scene_of < 5).astype(int)
    scores = random.normal(size=10)[scene_of] + labels
    by_scene = draw([str(scene) for scene in scene_of], labels, rng())
    by_clip = draw([str(clip) for clip in range(200)], labels, rng())
    widths = [
        np.diff(interval(resampled(scores, labels, drawn)["auroc"]))[0] for drawn in (by_scene, by_clip)
    ]
    assert widths[0] > 2 * widths[1]


def test_the_interval_spans_the_central_95_percent():
    assert interval(np.arange(1001.0)) == (25.0, 975.0)


def test_8_scorers_500_clips_and_1000_resamples_take_less_than_10_seconds():
    random = rng()
    labels = (random.random(500) < 0.1).astype(int)
    drawn = draw([str(clip % 60) for clip in range(500)], labels, random)
    start = time.perf_counter()
    for _ in range(8):
        resampled(random.random(500), labels, drawn)
    assert time.perf_counter() - start < 10
