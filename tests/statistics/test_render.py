"""The report as text."""

import numpy as np

from jepamine.statistics.render import render
from jepamine.statistics.report import ranking_report


def report(scenes=12, clips=24, **sources):
    labels = (np.arange(clips) % 4 == 0).astype(np.int64)
    scores = {
        "label": labels * 1000.0 - np.arange(clips),
        "rank": np.arange(clips) % 7 + np.arange(clips) / 100,
    }
    return ranking_report(scores, labels, [f"s{clip % scenes}" for clip in range(clips)], sources)


def test_two_scenes_are_shown_without_intervals():
    assert render(report(scenes=2)) == (
        """\
24 clips, 6 positive, 2 scenes. Random rankings (mean, central 95 %):
"""
    )


def test_every_line_fits_into_100_columns():
    labels = (np.arange(120) % 4 == 0).astype(np.int64)
    random = np.random.default_rng(0)
    scores = {f"a-scorer-with-a-long-name-{number}": random.random(120) for number in range(9)}
    sources = {
        f"a-field-with-a-long-name-{number}": [f"a-long-value-of-it-{clip % 9}" for clip in range(120)]
        for number in range(9)
    }
    scenes = [f"s{clip % 2 * 5 + clip % 10}" for clip in range(120)]
    lines = render(ranking_report(scores, labels, scenes, sources)).splitlines()
    assert max(map(len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)
