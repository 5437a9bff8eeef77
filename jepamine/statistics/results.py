"""Types of a ranking report, as it is written to JSON."""

from __future__ import annotations

from typing import TypedDict


class ChanceBand(TypedDict):
    """A metric over random rankings: mean and central 95 % of the permutations, and its exact expectation."""

    mean: float
    low: float
    high: float
    exact: float


class DifferenceResult(TypedDict):
    """First minus second with its 95 % interval and p; None with too few scenes."""

    difference: float
    low: float | None
    high: float | None
    p: float | None


class ScorerMetrics(TypedDict, total=False):
    average_precision: float
    average_precision_over_ties: float
    auroc: float
    ndcg: float
    lift: float
    precision_at_10: float
    precision_at_50: float
    precision_at_100: float
    recall_at_10: float
    recall_at_50: float
    recall_at_100: float


class ScorerResult(ScorerMetrics):
    """`p`: by side, "above" and "below" for this scorer alone, "..._of_all" after trying all scorers."""

    clips: int
    intervals: dict[str, list[float] | None]
    differences: dict[str, dict[str, DifferenceResult]]
    p: dict[str, float]
    verdict: str
    verdicts: dict[str, str]
    limited_by: list[str]


class WithinResult(TypedDict):
    """A scorer over pairs of clips with the same value of a field; p is None where it is not tested."""

    auroc: float | None
    p: dict[str, float] | None
    clips: int
    sources: dict[str, dict[str, float]]


class FieldResult(TypedDict):
    """One field of the audit.

    `auroc`: in-sample AUROC of the values' rates of positives; `by_chance`: its mean, and `p` its p (`p_holm`
    over the fields), when values swap between scenes; `separable`: False where at least half as many values
    as scenes occur; `required`: the verdict also needs the AUROC within values.
    """

    auroc: float | None
    by_chance: float | None
    p: float | None
    p_holm: float | None
    flagged: bool
    separable: bool
    required: bool
    unknown: int
    sources: dict[str, dict[str, int]]
    within: dict[str, WithinResult]


class RankingReport(TypedDict):
    clips: int
    positives: int
    scenes: int
    positive_scenes: int
    chance: dict[str, ChanceBand]
    ranking: dict[str, ScorerResult]
    audit: dict[str, FieldResult]
    warnings: list[str]
