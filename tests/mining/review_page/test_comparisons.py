"""Rank and percentiles of a clip within its score file."""

from __future__ import annotations

from pathlib import Path

from jepamine.data.clips import Clip
from jepamine.mining.review_page.comparisons import Percentiles, tubelet_values
from jepamine.mining.review_page.page import ScorerValue
from jepamine.mining.score_files import Scored
from jepamine.protocols import Source


def scored(*tables: dict[str, float], by: str = "x") -> list[Scored]:
    clip = Clip("c", (Path("a"), Path("b")), None, None, "m:1", {}, 0, 1)
    return [Scored({"score": table[by], "scores": table}, clip, Source(Path("m"))) for table in tables]


def standing_of(items: list[Scored], preferred: str) -> Percentiles:
    standing = Percentiles(preferred)
    for item in items:
        standing.add(item.line)
    return standing


def test_a_percentile_is_the_share_of_the_other_clips_below():
    items = scored({"x": 3.0}, {"x": 2.0}, {"x": 2.0}, {"x": 1.0}, {"x": 0.0})
    standing = standing_of(items, "x")
    assert [standing.values(item)[0].percentile for item in items] == [100.0, 62.5, 62.5, 25.0, 0.0]
    assert [standing.place(item) for item in items] == [1, 2, 2, 4, 5]


def test_the_scorer_is_the_one_that_the_score_repeats_and_comes_first():
    items = scored({"a": 5.0, "x": 1.0}, {"a": 6.0, "x": 2.0})
    standing = standing_of(items, "a")
    assert standing.scorer == "x"
    assert standing.values(items[0]) == (ScorerValue("x", 1.0, 0.0), ScorerValue("a", 5.0, 0.0))


def test_of_scorers_with_the_same_values_the_runs_own_is_named():
    assert standing_of(scored({"a": 1.0, "x": 1.0}, {"a": 2.0, "x": 2.0}), "x").scorer == "x"


def test_a_single_clip_has_no_percentile():
    [item] = scored({"x": 1.0})
    assert standing_of([item], "x").values(item) == (ScorerValue("x", 1.0, None),)


def test_a_score_file_without_scorers_has_one_called_score():
    clip = Clip("c", (Path("a"), Path("b")), None, None, "m:1", {}, 0, 1)
    items = [Scored({"score": value}, clip, Source(Path("m"))) for value in (2.0, 1.0)]
    standing = standing_of(items, "knn")
    assert standing.scorer == "score"
    assert standing.values(items[0]) == (ScorerValue("score", 2.0, 100.0),)


def test_tubelet_values_are_the_scorers_own_else_those_of_one_that_looks_at_tubelets():
    flat, rising = [0.3, 0.3], [0.1, 0.5]
    knn = {"masked": [1.0, 2.0], "knn": [3.0, 4.0]}
    assert tubelet_values({"tubelet_scores": rising}, "predicted", 2) == ("predicted", rising)
    assert tubelet_values({"tubelet_scores": flat, "tubelets": knn}, "scene", 2) == ("knn", [3.0, 4.0])
    assert tubelet_values({"tubelet_scores": flat, "tubelets": knn}, "masked", 2) == ("masked", [1.0, 2.0])


def test_one_value_repeated_for_each_tubelet_is_none():
    assert tubelet_values({"tubelet_scores": [0.3, 0.3]}, "scene", 2) == ("", ())
    assert tubelet_values({"tubelet_scores": [0.1, 0.2]}, "predicted", 3) == ("", ())
    assert tubelet_values({}, "scene", 2) == ("", ())
