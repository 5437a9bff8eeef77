"""Resamples of whole scenes."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from jepamine.statistics.bootstrap import draw, interval, resampled
from jepamine.statistics.metrics import expected_hits
from jepamine.statistics.scenes import group_by_scene


def rng():
    return np.random.default_rng(0)


def test_each_resample_holds_whole_scenes_as_many_as_there_are():
    scenes = group_by_scene(list("aabbbc"), np.array([1, 0, 1, 0, 0, 1]))
    assert scenes.number.tolist() == [0, 0, 1, 1, 1, 2]
    counts = draw(scenes, rng(), 50)
    assert counts.shape == (50, 3)
    assert set(counts.sum(axis=1)) == {3}


def test_resamples_without_both_labels_are_drawn_again():
    # Only scene a holds positives and it holds nothing else, so every resample needs it and another one.
    counts = draw(group_by_scene(list("aabbcc"), np.array([1, 1, 0, 0, 0, 0])), rng(), 200)
    assert len(counts) == 200
    assert set(counts[:, 0]) == {1, 2}


def test_a_resample_has_the_metrics_of_its_copied_clips():
    random = rng()
    scores, labels = random.integers(0, 8, 30).astype(float), (random.random(30) < 0.3).astype(int)
    scenes = group_by_scene([str(clip % 7) for clip in range(30)], labels)
    counts = draw(scenes, random, 40)
    found = resampled(scores, labels, scenes, counts, (10,))
    for row, times in enumerate(counts[:, scenes.number]):
        copied, values = np.repeat(labels, times), np.repeat(scores, times)
        hits = expected_hits(values, copied, 10) if len(values) >= 10 else copied.sum()
        assert found["average_precision"][row] == pytest.approx(average_precision_score(copied, values))
        assert found["precision_at_10"][row] == pytest.approx(hits / 10)
        assert found["recall_at_10"][row] == pytest.approx(hits / copied.sum())


def test_the_interval_spans_the_central_95_percent():
    assert interval(np.arange(1001.0)) == (25.0, 975.0)
