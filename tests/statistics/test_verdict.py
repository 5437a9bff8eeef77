"""Verdicts in words."""

import numpy as np
import pytest

from jepamine.statistics.chance import Chance
from jepamine.statistics.report import ranking_report
from jepamine.statistics.verdict import ABOVE, BELOW, LIKE, headline, verdict

BAND = Chance(mean=0.28, low=0.2, high=0.41, exact=0.28)


@pytest.mark.parametrize(
    ("value", "lift", "words"),
    [
        (0.50, (1.2, 2.0), ABOVE),
        (0.50, (0.9, 2.0), LIKE),  # other scenes might not do it
        (0.35, (1.1, 1.4), LIKE),  # a random ranking does it as well
        (0.41, (1.1, 1.4), LIKE),
        (0.10, (0.3, 0.8), BELOW),
        (0.10, (0.3, 1.1), LIKE),
        (0.10, (1.2, 2.0), LIKE),
        (0.99, None, LIKE),  # too few scenes
    ],
)
def test_a_verdict_needs_the_band_and_the_interval(value, lift, words):
    assert verdict(value, BAND, lift, 1.0) == words


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [([ABOVE, ABOVE], ABOVE), ([BELOW, BELOW], BELOW), ([ABOVE, LIKE], LIKE), ([ABOVE, BELOW], LIKE)],
)
def test_the_headline_claims_only_what_all_metrics_show(verdicts, words):
    assert headline(verdicts) == words


def drives(seed):
    """83 clips of 4 logs, 20 of them positive."""
    labels = np.zeros(83, dtype=np.int64)
    labels[np.random.default_rng([seed, 1]).permutation(83)[:20]] = 1
    return labels, [f"log-{clip * 4 // 83}" for clip in range(83)]


def test_random_scores_are_indistinguishable_from_chance_for_93_of_100_seeds():
    like = {"average_precision": 0, "auroc": 0, "headline": 0}
    for seed in range(100):
        labels, scenes = drives(seed)
        scores = {"random": np.random.default_rng(seed).random(83)}
        found = ranking_report(scores, labels, scenes, {}, seed=seed)["ranking"]["random"]
        for name, words in (*found["verdicts"].items(), ("headline", found["verdict"])):
            like[name] += words == LIKE
    assert min(like.values()) >= 93


@pytest.mark.parametrize("scenes", [drives(0)[1], [f"log-{clip % 4}" for clip in range(83)]])
@pytest.mark.parametrize("labels", [drives(0)[0], (np.arange(83) < 20).astype(np.int64)])
def test_the_label_itself_is_above_and_its_negative_below_chance(labels, scenes):
    scores = {"label": labels.astype(float), "minus": -labels.astype(float), "constant": np.zeros(83)}
    found = ranking_report(scores, labels, scenes, {})["ranking"]
    words = {name: (*one["verdicts"].values(), one["verdict"]) for name, one in found.items()}
    assert words == {"label": (ABOVE,) * 3, "minus": (BELOW,) * 3, "constant": (LIKE,) * 3}


def test_scores_and_labels_that_only_share_drives_by_luck_rarely_make_a_claim():
    outside, claims = 0, 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        drive = random.integers(0, 6, 120)
        labels = (random.random(120) < random.permutation([0.01, 0.05, 0.1, 0.2, 0.4, 0.6])[drive]).astype(
            np.int64
        )
        scores = {"x": 2 * random.normal(size=6)[drive] + random.normal(size=120)}
        report = ranking_report(scores, labels, [str(one) for one in drive], {}, seed=seed)
        band, found = report["chance"]["auroc"], report["ranking"]["x"]
        outside += not band["low"] <= found["auroc"] <= band["high"]
        claims += found["verdict"] != LIKE
    # What the band alone would claim, and what is claimed.
    assert outside >= 15
    assert claims <= 5
