"""The statistics of a ranking as one JSON-able value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import cast

import numpy as np

from jepamine.errors import UserError
from jepamine.statistics import paired
from jepamine.statistics.confounding import audit
from jepamine.statistics.intervals import (
    Interval,
    auroc_interval,
    draw_scenes,
    lift_interval,
    precision_interval,
    resampled_metrics,
    share_interval,
)
from jepamine.statistics.metrics import chance, expected_average_precision, metrics
from jepamine.statistics.permutation import SIDES, AgainstChance, against_chance
from jepamine.statistics.results import DifferenceResult, FieldResult, RankingReport, ScorerResult
from jepamine.statistics.scene_auroc import Floats, Influence, Ints, Scenes, auroc_influence, group_by_scene
from jepamine.statistics.verdict import caveats, metric_verdicts, verdict


def ranking_report(
    scores: Mapping[str, Floats],
    labels: Ints,
    scenes: Sequence[str],
    sources: Mapping[str, Sequence[str | None]],
    *,
    seed: int = 0,
    families: int = 1,
) -> RankingReport:
    """Return how well each scorer ranks the clips, against chance, over scenes and within sources.

    `scores`: scorer -> float64 (n,), the highest ranked first; `labels` int64 (n,), 0 or 1; `scenes` (n,);
    `sources`: field, such as dataset or camera -> a value a clip or None. Clips of a scene are in order of
    time. The same `seed` gives the same report. `families`: number of reports
    that are read together; the p-values are adjusted for it. Intervals are None where fewer than three scenes
    hold a positive, or a negative.

    Raises UserError where lengths differ, a score is not finite, a label is not 0 or 1, there are not both
    labels, or there is no scorer.
    """
    _check(scores, labels, scenes, sources)
    labels = labels.astype(np.int64)
    scores = {name: values.astype(np.float64) for name, values in scores.items()}
    grouped = group_by_scene(scenes, labels)
    clips, positives = len(labels), int(labels.sum())
    tested = against_chance(scores, labels, grouped.number, seed=seed, families=families)
    audited = audit(scores, labels, grouped.number, sources, seed=seed)
    report: RankingReport = {
        "clips": clips,
        "positives": positives,
        "scenes": grouped.count,
        "positive_scenes": grouped.with_positives,
        "chance": chance(clips, positives, np.random.default_rng([seed, 0])),
        "ranking": _ranking(scores, labels, grouped, tested, audited, seed),
        "audit": audited,
        "warnings": [],
    }
    report["warnings"] = caveats(report)
    return report


def _ranking(
    scores: Mapping[str, Floats],
    labels: Ints,
    grouped: Scenes,
    tested: Mapping[str, AgainstChance],
    audited: dict[str, FieldResult],
    seed: int,
) -> dict[str, ScorerResult]:
    drawn = draw_scenes(grouped, np.random.default_rng([seed, 1])) if grouped.allow_intervals else None
    kept = paired.leave_out(grouped, seed)
    influences = {name: auroc_influence(values, labels, grouped) for name, values in scores.items()}
    precisions = {
        name: paired.leave_out_precisions(values, labels, grouped, kept if len(scores) > 1 else kept[:1])
        for name, values in scores.items()
    }
    ranking: dict[str, ScorerResult] = {}
    for name, values in scores.items():
        own = metrics(values, labels)
        words, limits = verdict(name, tested[name], audited, grouped.with_positives)
        p = {side: tested[name].p(side, among_all=False) for side in SIDES}
        p |= {f"{side}_of_all": tested[name].p(side) for side in SIDES}
        result = {
            **own,
            "clips": len(labels),
            "intervals": _intervals(values, labels, grouped, own, influences[name], drawn),
            "differences": {
                other: {
                    "average_precision": _json(
                        paired.precision_difference(precisions[name], precisions[other], grouped)
                    ),
                    "auroc": _json(paired.auroc_difference(influences[name], influences[other], grouped)),
                }
                for other in scores
                if other != name
            },
            "p": p,
            "verdict": words,
            "verdicts": metric_verdicts(tested[name], grouped.with_positives),
            "limited_by": limits,
        }
        ranking[name] = cast(ScorerResult, result)
    return ranking


def _intervals(
    scores: Floats,
    labels: Ints,
    grouped: Scenes,
    own: Mapping[str, float],
    influence: Influence,
    drawn: Ints | None,
) -> dict[str, list[float] | None]:
    shares = [key for key in own if "_at_" in key]
    ends: dict[str, Interval | None] = dict.fromkeys(("average_precision", "auroc", "lift", *shares))
    if drawn is not None:
        samples = resampled_metrics(scores, labels, grouped, drawn)
        positives = int(labels.sum())
        by_chance = expected_average_precision(len(labels), positives)
        over_ties = "average_precision_over_ties"
        ends["average_precision"] = precision_interval(
            own["average_precision"], samples["average_precision"], grouped
        )
        ends["auroc"] = auroc_interval(influence, grouped)
        ends["lift"] = lift_interval(own[over_ties], by_chance, samples[over_ties], grouped)
        for key in shares:
            trials = positives if key.startswith("recall") else int(key.rsplit("_", 1)[1])
            ends[key] = share_interval(own[key], trials, samples[key], grouped)
    return {key: list(pair) if pair else None for key, pair in ends.items()}


def _json(difference: paired.Difference) -> DifferenceResult:
    return cast(DifferenceResult, asdict(difference))


def _check(
    scores: Mapping[str, Floats],
    labels: Ints,
    scenes: Sequence[str],
    sources: Mapping[str, Sequence[str | None]],
) -> None:
    count = len(labels)
    if not scores:
        raise UserError("there is no scorer to rank by")
    columns: dict[str, int] = {f"scorer '{name}'": len(values) for name, values in scores.items()}
    columns |= {"scenes": len(scenes)} | {f"source '{name}'": len(values) for name, values in sources.items()}
    for column, length in columns.items():
        if length != count:
            raise UserError(f"{column}: {length} values for {count} labels")
    invalid = labels[(labels != 0) & (labels != 1)].tolist()
    if invalid:
        raise UserError(f"a label is {invalid[0]!r}; it must be 0 or 1")
    positives = int(labels.sum())
    if positives in (0, count):
        raise UserError(f"{positives} of {count} clips are positive: ranking statistics need both labels")
    for name, values in scores.items():
        finite = np.isfinite(values)
        if not finite.all():
            place = int(np.flatnonzero(~finite)[0])
            raise UserError(
                f"scorer '{name}': the score of clip {place} is {values[place]}, not a finite number"
            )
