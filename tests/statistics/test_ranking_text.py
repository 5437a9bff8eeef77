"""The report as text."""

import numpy as np

from jepamine.statistics.ranking_text import render
from jepamine.statistics.report import ranking_report


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
24 clips, 6 positive, 12 scenes (3 with a positive). Random orders of these clips:
chance AP 0.341 [0.191, 0.621], chance AUROC 0.500 [0.231, 0.769]

scorer  AP [95 %]             AUROC [95 %]          p       verdict
label   1.000 [0.029, 1.000]  1.000 [0.853, 1.000]  0.0070  like chance
rank    0.422 [0.036, 0.934]  0.528 [0.221, 0.814]  0.6980  like chance
p: scenes swap their labels; one-sided, adjusted for 2 scorers; a claim needs 0.025 or less

scorer  lift [95 %]  P@10 [95 %]  R@10 [95 %]  NDCG
label   2.94         0.60         1.00         1.00
rank    1.24         0.30         0.50         0.72

indistinguishable from chance: label, rank

Best AP: label. Its lead over each other scorer, on the same scenes:
        AP [95 %]                p       AUROC [95 %]             p       clear of 0
- rank  +0.578 [-0.287, +1.000]  0.1026  +0.472 [+0.132, +0.812]  0.0268  AUROC

Does the source of a clip alone predict its label?
field    values  AUROC  by chance  p                           positive / clips
dataset  2       0.500  0.500      1.0000                      a 3/12, b 3/12
weather  2       1.000  0.628      0.0080  PREDICTS THE LABEL  rain 6/6, sun 0/18

AUROC over pairs of clips with the same value (-: no value holds both labels)
AUROC (p)  all clips  dataset         weather
label      1.000      1.000 (0.0060)  -
rank       0.528      0.519 (0.4985)  -

Warnings
! The weather alone predicts the label (AUROC 1.00, p 0.0080): a scorer that only separates one
  weather from another looks good here. No weather holds both labels, so these clips cannot show
  that a scorer does more.
! Only 3 scenes hold a positive: intervals are rough and very wide.
! Only 6 positive clips: every figure depends on a few clips.
! 'label' ranks better or worse than chance overall, but not within each weather: the weather may
  explain it.
"""
    assert render(report(12, **sources)) == text.rstrip("\n")


def test_two_scenes_are_shown_without_intervals():
    text = """\
24 clips, 6 positive, 2 scenes (1 with a positive). Random orders of these clips:
chance AP 0.341 [0.191, 0.621], chance AUROC 0.500 [0.231, 0.769]

scorer  AP [95 %]  AUROC [95 %]  p       verdict
label   1.000      1.000         0.2535  too few scenes
rank    0.422      0.528         0.2535  too few scenes
p: scenes swap their labels; one-sided, adjusted for 2 scorers; a claim needs 0.025 or less

scorer  lift [95 %]  P@10 [95 %]  R@10 [95 %]  NDCG
label   2.94         0.60         1.00         1.00
rank    1.24         0.30         0.50         0.72

indistinguishable from chance: label, rank

Best AP: label. Its lead over each other scorer, on the same scenes:
        AP [95 %]  p  AUROC [95 %]  p  clear of 0
- rank  +0.578     -  +0.472        -  too few scenes

Warnings
! All positive clips are in 1 scene: no intervals and no verdict.
! Only 6 positive clips: every figure depends on a few clips.
"""
    assert render(report(2)) == text.rstrip("\n")


def test_one_scorer_alone_is_compared_with_none_and_few_clips_have_no_p_at_10():
    labels = np.array([1, 0, 1, 0, 0, 0])
    found = render(ranking_report({"only": np.arange(6.0)}, labels, list("aabbcc"), {}))
    row = next(line for line in found.splitlines() if line.startswith("only"))
    assert row.split()[1:] == ["0.292", "0.125", "0.0720", "like", "chance"]
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
