"""Verdicts and what they need."""

import numpy as np
import pytest

from jepamine.statistics.permutation import AgainstChance
from jepamine.statistics.report import ranking_report
from jepamine.statistics.verdict import ABOVE, BELOW, LIKE, verdict


def p_values(ap, auroc):
    """p of the side "above" for each metric; "below" is the rest."""
    table = {m: {"above": p, "below": 1 - p} for m, p in (("average_precision", ap), ("auroc", auroc))}
    return AgainstChance(table, table)


@pytest.mark.parametrize(
    ("ap", "auroc", "scenes", "words"),
    [
        (0.01, 0.025, 5, ABOVE),
        (0.01, 0.026, 5, LIKE),  # a claim needs both metrics
        (0.99, 0.98, 5, BELOW),
        (0.01, 0.99, 5, LIKE),
        (0.001, 0.001, 1, LIKE),  # positives in one scene are one observation
        (0.001, 0.001, 2, ABOVE),
    ],
)
def test_a_verdict_needs_a_small_p_for_both_metrics_and_two_scenes(ap, auroc, scenes, words):
    assert verdict("x", p_values(ap, auroc), {}, scenes) == (words, [])


@pytest.mark.parametrize(
    ("required", "p", "words"),
    [
        (True, {"above": 0.02, "below": 1.0}, ABOVE),
        (True, {"above": 0.03, "below": 1.0}, LIKE),
        (True, None, LIKE),  # no value of the field holds both labels
        (False, None, ABOVE),
    ],
)
def test_a_verdict_also_needs_the_auroc_within_a_required_field(required, p, words):
    audit = {"dataset": {"required": required, "within": {"x": {"p": p}}}}
    expected = (words, [] if words == ABOVE else ["dataset"])
    assert verdict("x", p_values(0.001, 0.001), audit, 5) == expected


def test_the_label_itself_is_above_and_its_negative_below_chance():
    labels = (np.random.default_rng(0).random(120) < 0.2).astype(np.int64)
    scenes = [f"log-{clip // 10}" for clip in range(120)]
    scores = {"label": labels * 1.0, "minus": -labels * 1.0, "constant": np.zeros(120)}
    ranking = ranking_report(scores, labels, scenes, {})["ranking"]
    words = {name: result["verdict"] for name, result in ranking.items()}
    assert words == {"label": ABOVE, "minus": BELOW, "constant": LIKE}


@pytest.mark.slow
def test_scores_and_labels_that_cluster_by_the_same_scenes_rarely_make_a_claim():
    claims = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        drive = np.sort(random.integers(0, 6, 120))
        rates = random.permutation([0.01, 0.05, 0.1, 0.2, 0.4, 0.6])
        labels = (random.random(120) < rates[drive]).astype(np.int64)
        scores = {"x": 2 * random.normal(size=6)[drive] + random.normal(size=120)}
        report = ranking_report(scores, labels, [str(number) for number in drive], {}, seed=seed)
        claims += report["ranking"]["x"]["verdict"] != LIKE
    assert claims <= 4
