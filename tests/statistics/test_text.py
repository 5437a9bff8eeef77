"""The report as text."""

import numpy as np

from jepamine.statistics.report import ranking_report
from jepamine.statistics.text import render


def report(scenes, **sources):
    labels = (np.arange(24) % 4 == 0).astype(np.int64)
    scores = {"rank": np.arange(24) % 7 + np.arange(24) / 100, "label": labels * 100.0 - np.arange(24)}
    return ranking_report(scores, labels, [f"s{clip % scenes}" for clip in range(24)], sources)


def test_the_report_of_a_scorer_that_knows_the_label_and_of_one_that_does_not():
    sources = {
        "dataset": ["a"] * 12 + ["b"] * 12,
        "weather": ["rain" if clip % 4 == 0 else "sun" for clip in range(24)],
    }
    text = """\
24 clips, 6 positive, 12 scenes. Random rankings (mean, central 95 %):
chance AP 0.340 [0.192, 0.621], chance AUROC 0.500 [0.231, 0.769]

scorer  AP [95 %]             AUROC [95 %]          NDCG  P@10  R@10  lift  verdict
label   1.000 [1.000, 1.000]  1.000 [1.000, 1.000]  1.00  0.60  1.00  2.94  above chance
rank    0.422 [0.125, 0.696]  0.528 [0.383, 0.682]  0.72  0.30  0.50  1.24  like chance

above chance: label
indistinguishable from chance: rank

Best AP: label. Its lead over each other scorer, on the same scenes:
        AP [95 %]                AUROC [95 %]             clear of 0
- rank  +0.578 [+0.304, +0.875]  +0.472 [+0.318, +0.617]  AP and AUROC

Does the source of a clip alone predict its label? (AUROC: 0.5 or less no, 1 entirely)
field    values  AUROC                      positive / clips
dataset  2       0.500                      a 3/12, b 3/12
weather  2       1.000  PREDICTS THE LABEL  rain 6/6, sun 0/18

AUROC among clips of the same source (mean over sources; -: none holds both labels)
AUROC  all clips  dataset  weather
label  1.000      1.000    -
rank   0.528      0.519    -

Warnings
! The weather alone predicts the label (AUROC 1.00): a scorer that only tells one weather from
  another looks good here. No weather holds both labels, so these clips cannot show that a scorer
  does more.
! Only 6 positive clips: every figure hangs on a few clips.
"""
    assert render(report(12, **sources)) == text.rstrip("\n")


def test_two_scenes_are_shown_without_intervals_and_verdicts():
    text = """\
24 clips, 6 positive, 2 scenes. Random rankings (mean, central 95 %):
chance AP 0.340 [0.192, 0.621], chance AUROC 0.500 [0.231, 0.769]

scorer  AP [95 %]  AUROC [95 %]  NDCG  P@10  R@10  lift  verdict
label   1.000      1.000         1.00  0.60  1.00  2.94  too few scenes
rank    0.422      0.528         0.72  0.30  0.50  1.24  too few scenes

Best AP: label. Its lead over each other scorer, on the same scenes:
        AP [95 %]  AUROC [95 %]  clear of 0
- rank  +0.578     +0.472        too few scenes

Warnings
! All clips come from 2 scenes: no intervals and no verdict but 'indistinguishable from chance'; at
  least 3 scenes are needed.
! Only 6 positive clips: every figure hangs on a few clips.
"""
    assert render(report(2)) == text.rstrip("\n")


def test_one_scorer_alone_is_compared_with_none_and_few_clips_have_no_p_at_10():
    labels = np.array([1, 0, 1, 0, 0, 0])
    found = render(ranking_report({"only": np.arange(6.0)}, labels, list("aabbcc"), {}))
    row = next(line for line in found.splitlines() if line.startswith("only"))
    assert row.split()[-6:-2] == ["0.48", "-", "-", "0.55"]
    assert "lead" not in found


def test_every_line_fits_into_100_columns():
    labels = (np.arange(120) % 4 == 0).astype(np.int64)
    random = np.random.default_rng(0)
    scores = {f"a-scorer-with-a-long-name-{number}": random.random(120) for number in range(9)}
    sources = {
        f"a-field-with-a-long-name-{number}": [f"a-long-value-of-it-{clip % 9}" for clip in range(120)]
        for number in range(9)
    }
    for scenes in (2, 10):
        names = [f"s{clip % scenes}" for clip in range(120)]
        lines = render(ranking_report(scores, labels, names, sources)).splitlines()
        assert 90 < max(map(len, lines)) <= 100
        assert all(line == line.rstrip() for line in lines)
